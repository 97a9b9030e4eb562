using Gantry.Lab.Bench;
using Gantry.Lab.Commands;
using Gantry.Lab.Data;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;

namespace Gantry.Lab.Tests;

public sealed class CommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gantry-lab").FullName;

    private static readonly ClusterSnapshot _snapshot = new()
    {
        Hosts = [new HostSnapshot("h1", [1000, 1 << 30])],
        Pending = [new PlacementRequest("r1", "my-app", 1, [500, 1 << 20]), new PlacementRequest("r2", "huge", 1, [5000, 1 << 20])],
    };

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void Place_Snapshot_PrintsPlacesAndReasons()
    {
        var output = new StringWriter();
        Assert.Equal(0, PlaceCommand.Run(Write("s.json", SnapshotSerializer.Write(_snapshot)), false, output));
        Assert.Contains("place r1: h1: best score", output.ToString());
        Assert.Contains("refuse 1 of r2: 0 of 1 hosts: 1 lacks 5 cores of promisable cpu", output.ToString());
    }

    [Fact]
    public void Replay_SamePass_SucceedsAndAnotherFails()
    {
        var snapshot = Write("s.json", SnapshotSerializer.Write(_snapshot));
        var plan = Write("p.json", SnapshotSerializer.Write(Placer.Plan(_snapshot).Value));
        Assert.Equal(0, ReplayCommand.Run(snapshot, plan, TextWriter.Null));
        var other = Write("o.json", SnapshotSerializer.Write(Placer.Plan(_snapshot with { Pending = [] }).Value));
        Assert.Equal(1, ReplayCommand.Run(snapshot, other, TextWriter.Null));
    }

    [Fact]
    public void Snapshot_Missing_SaysWhich() =>
        Assert.Contains("There is no file /no/such", Assert.Throws<LabException>(() => PlaceCommand.Run("/no/such", false, TextWriter.Null)).Message);

    [Fact]
    public void Data_Missing_SaysWhereToPutIt() =>
        Assert.Contains($"is not in {_folder}", Assert.Throws<LabException>(() => new DataFolder(_folder).File("x.csv")).Message);

    [Fact]
    public void PlanetLab_Replayed_SandpiperOverloadsFewerHosts()
    {
        // Two containers in three are idle; the busy ones begin together on every third host.
        var lines = Enumerable.Range(0, 60).Select(v => $"vm{v}," + string.Join(',', Enumerable.Range(0, 288).Select(t => v % 3 == 0 && t > 20 ? 40 : 4)));
        var result = HotspotBench.Replay(PlanetLabReader.Parse(lines), 0.6);
        Assert.True(result.Static.All > 0);
        Assert.True(result.Relieved.All < result.Static.All / 2, $"{result.Relieved.All} of {result.Static.All}");
    }

    [Theory]
    [InlineData("vm,1,2", "has 2 samples, not 288")]
    public void PlanetLab_Damaged_SaysSo(string line, string cause) => Assert.Contains(cause, Assert.Throws<LabException>(() => PlanetLabReader.Parse([line])).Message);

    private string Write(string name, byte[] content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
