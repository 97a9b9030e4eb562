using System.Text.Json;
using Gantry.Lab.Commands;
using Gantry.Lab.Data;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Repacking;

namespace Gantry.Lab.Tests;

public sealed class RepackCommandTests
{
    private static readonly ClusterSnapshot _snapshot = new()
    {
        Hosts = [new HostSnapshot("h1", [4000, 4L << 30]), new HostSnapshot("h2", [4000, 4L << 30]), new HostSnapshot("h3", [4000, 4L << 30])],
        Containers =
        [
            new ContainerSnapshot("a", "my-app", "h1", [2000, 1 << 30]), new ContainerSnapshot("b", "other", "h2", [1000, 1 << 30]),
            new ContainerSnapshot("c", "huge", "h3", [3500, 1 << 30]),
        ],
    };

    private static string Repack(RepackOptions options, bool json = false)
    {
        var output = new StringWriter();
        Assert.Equal(0, RepackCommand.Run(_snapshot, options, json, output));
        return output.ToString();
    }

    private static (int Code, string Output) WhatIf(WhatIfChange change, bool json = false)
    {
        var output = new StringWriter();
        return (WhatIfCommand.Run(_snapshot, change, new RepackOptions(), json, output), output.ToString());
    }

    [Fact]
    public void Repack_Table_SaysWhatMovesAndWhatStays()
    {
        var text = Repack(new RepackOptions { Prices = new Dictionary<string, double> { [""] = 80 } });
        Assert.Contains("| hosts in use | 3 | 2 |", text);
        Assert.Contains("1 hosts freed, 80 saved a month; 1 moves (33.3% of the containers) in 1 waves, about 0:00:31", text);
        Assert.Contains("  b: h2 to h1: h2 is to be freed; h1 has room", text);
        Assert.Contains("stays: h1: h1 keeps 2 containers: for a, 0 of 1 other hosts in use: 1 lacks 2 cores of promisable cpu.", text);
    }

    [Fact]
    public void Repack_Json_IsThePlanAndItsReport()
    {
        using var json = JsonDocument.Parse(Repack(new RepackOptions(), json: true));
        Assert.Equal("h2", json.RootElement.GetProperty("report").GetProperty("freed")[0].GetString());
        Assert.Equal("b", json.RootElement.GetProperty("plan").GetProperty("waves")[0].GetProperty("moves")[0].GetProperty("containerId").GetString());
    }

    [Fact]
    public void Repack_OptionsThatCantBeMeant_AreAnError() =>
        Assert.Contains("Safety is 2", Assert.Throws<LabException>(() => Repack(new RepackOptions { Safety = 2 })).Message);

    [Fact]
    public void WhatIf_HostTakenAway_PlacesWhatRanThere()
    {
        var (code, text) = WhatIf(new WhatIfChange { RemoveHosts = ["h2"] });
        Assert.Equal(0, code);
        Assert.Contains("| hosts | 3 | 2 |", text);
        Assert.Contains("| containers that need a place | 0 | 1 |", text);
        Assert.Contains("| of these refused | 0 | 0 |", text);
        Assert.Contains("| hosts in use | 3 | 2 |", text);
    }

    [Fact]
    public void WhatIf_TooFewHosts_SaysWhatIsRefusedAndFails()
    {
        var (code, text) = WhatIf(new WhatIfChange { RemoveHosts = ["h3"] });
        Assert.Equal(2, code);
        Assert.Contains("refused: c: 0 of 2 hosts: 2 lack 3.5 cores of promisable cpu", text);
        Assert.Equal(0, WhatIf(new WhatIfChange { RemoveHosts = ["h3"], AddHosts = 1 }).Code);
        Assert.Equal(0, WhatIf(new WhatIfChange { RemoveHosts = ["h3"], Overcommit = ["cpu=1.5"] }).Code);
    }

    [Fact]
    public void WhatIf_MoreLoad_NeedsMoreHosts()
    {
        using var json = JsonDocument.Parse(WhatIf(new WhatIfChange { Load = 1.4 }, json: true).Output);
        Assert.Equal(2, json.RootElement.GetProperty("now").GetProperty("hostsRepacked").GetInt32());
        Assert.Equal(3, json.RootElement.GetProperty("then").GetProperty("hostsRepacked").GetInt32());
        using var more = JsonDocument.Parse(WhatIf(new WhatIfChange { Load = 0.5 }, json: true).Output);
        Assert.Equal(1, more.RootElement.GetProperty("then").GetProperty("hostsRepacked").GetInt32());
    }

    [Fact]
    public void WhatIf_NonsenseChange_SaysWhat()
    {
        string Refused(WhatIfChange change) => Assert.Throws<LabException>(() => WhatIf(change)).Message;
        Assert.Contains("no host h9", Refused(new WhatIfChange { RemoveHosts = ["h9"] }));
        Assert.Contains("A load of 0", Refused(new WhatIfChange { Load = 0 }));
        Assert.Contains("no predictor crystal-ball", Refused(new WhatIfChange { Predictor = "crystal-ball" }));
        Assert.Contains("no ranker dice", Refused(new WhatIfChange { Ranker = "dice" }));
        Assert.Contains("'cpu' is no overcommit", Refused(new WhatIfChange { Overcommit = ["cpu"] }));
        Assert.Contains("counts", Refused(new WhatIfChange { Overcommit = ["gpu=2"] }).Replace("does not count", "counts", StringComparison.Ordinal));
    }

    [Fact]
    public void Settle_DataSetWithoutPlaces_PlacesByLimitsAndTellsWhatIsLeft()
    {
        var log = new StringWriter();
        var settled = RepackInput.Settle(_snapshot with { Containers = [.. _snapshot.Containers.Select(c => c with { Host = "" }), new ContainerSnapshot("d", "d", "", [9000, 1])] }, log);
        Assert.Equal(3, settled.Containers.Count);
        Assert.All(settled.Containers, c => Assert.StartsWith("h", c.Host));
        Assert.Contains("1 of 4 containers fit nowhere", log.ToString());
    }

    [Fact]
    public void DataSet_Unknown_SaysWhichThereAre() =>
        Assert.Contains("Use one of openb, tianchi", Assert.Throws<LabException>(() => WorkloadSnapshots.Read("x", new DataFolder("/"))).Message);
}
