using System.Text.Json;
using Gantry.Lab.Commands;
using Gantry.Lab.Data;
using Gantry.Lab.Plots;
using Gantry.Lab.Simulation;
using Gantry.Scheduling.Model;

namespace Gantry.Lab.Tests.Simulation;

public sealed class SimulatorTests
{
    private const double Never = double.PositiveInfinity;

    private static readonly SimulationPolicy _plain = new("first fit", new ClusterPolicy { Rankers = [new RankerWeight("first-fit", 1)], SampleSize = 0 });

    /// <summary>Hosts of 1000 with room for ten gigabytes; curves: none, half, all, and all in the second half of an hour.</summary>
    private static SimulationTrace Trace(int hosts, params SimulatedContainer[] containers) => new("test",
        [.. Enumerable.Range(0, hosts).Select(h => new HostSnapshot($"h{h}", [1000, 10L << 30]))], containers,
        [[0], [0.5f], [1], [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]], 3600);

    private static SimulatedContainer Container(double arrives = 0, double leaves = Never, long cpu = 500, int curve = 0, double scale = 500, double boot = 10) =>
        new("app", [cpu, 1L << 30], arrives, leaves, curve, scale, boot);

    private static SimulationResult Run(SimulationTrace trace, SimulationPolicy? policy = null, params HostFailure[] failures) =>
        Simulator.Run(trace, trace.Hosts, policy ?? _plain, failures, 1, records: true);

    [Fact]
    public void Departure_BeforeAnArrival_LeavesItsRoom()
    {
        // Two fit on the host; the third comes at the moment at which one leaves, the fourth finds it full.
        var result = Run(Trace(1, Container(), Container(leaves: 100), Container(100), Container(200)));
        Assert.Equal(1, result.Refused);
        Assert.Equal(1, result.PeakHosts);
        Assert.Equal(1, result.MeanShare, 12);
        Assert.Equal(0.25, Run(Trace(4, Container())).MeanShare, 12);
    }

    [Fact]
    public void Use_AboveCapacity_IsCountedForEachInterval()
    {
        // 500 + 600 of 1000 in the last seven of twelve measurements: the curve is 1 from the sixth on, and the twelfth is its beginning again.
        var result = Run(Trace(1, Container(curve: 2), Container(curve: 3, scale: 600)));
        Assert.Equal(6, result.Overloaded);
        Assert.Equal(6, result.Hot);
        Assert.Equal([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0], result.Series.Overloaded);
        Assert.Equal(1.1, result.Series.Use[7][0], 3);
    }

    [Fact]
    public void HostFailure_RestartsElsewhereAndRefusesWhatFindsNoPlace()
    {
        var trace = Trace(2, Container(), Container(), Container());
        var result = Run(trace, null, new HostFailure("h0", 1000, 2000));
        // Two were on h0; h1 holds one and has room for one more.
        Assert.Equal(1, result.Restarts);
        Assert.Equal(1, result.Refused);
        Assert.Equal(float.NaN, result.Series.Use[3][0]);
        Assert.False(float.IsNaN(result.Series.Use[6][0]));
        Assert.Equal(0, Run(trace, null, new HostFailure("h7", 1000, 2000)).Restarts);
    }

    [Fact]
    public void Relief_HotHost_MovesAfterABootAndCoolsIt()
    {
        // Ten busy ones were packed on one host by what they reserve; three more hosts are idle.
        var trace = Trace(4, [.. Enumerable.Range(0, 10).Select(_ => Container(cpu: 100, curve: 2, scale: 80))]);
        var still = Run(trace);
        var relieved = Run(trace, _plain with { Relieves = true });
        Assert.Equal(0, still.Moves);
        Assert.True(relieved.Moves > 0);
        Assert.True(relieved.Hot < still.Hot, $"{relieved.Hot} of {still.Hot}");
        Assert.Equal(relieved.Moves, relieved.Series.Moves.Sum());
    }

    [Fact]
    public void Move_TargetFails_StaysWhereItWas()
    {
        var trace = Trace(2, Container());
        var cluster = new SimulatedCluster(trace, trace.Hosts, _plain, 1);
        Assert.True(cluster.Place(0));
        Assert.True(cluster.BeginMove(0, 0, 1));
        Assert.Equal(500, cluster.Reserved[0][1]);
        Assert.False(cluster.BeginMove(0, 0, 1));
        Assert.Empty(cluster.Fail(1, 10));
        Assert.Equal((0, -1, 0L), (cluster.HostOf[0], cluster.TargetOf[0], cluster.Reserved[0][1]));
    }

    [Fact]
    public void Move_SourceFails_IsWhereItWasGoing()
    {
        var trace = Trace(2, Container());
        var cluster = new SimulatedCluster(trace, trace.Hosts, _plain, 1);
        cluster.Place(0);
        cluster.BeginMove(0, 0, 1);
        Assert.Empty(cluster.Fail(0, 10));
        Assert.Equal((1, -1, 0L), (cluster.HostOf[0], cluster.TargetOf[0], cluster.Reserved[0][0]));
        cluster.Leave(0);
        Assert.Equal([0, 0], cluster.Count);
    }

    [Fact]
    public void Move_NoRoomForTheCopy_IsNotBegun()
    {
        var trace = Trace(2, Container(), Container(), Container(cpu: 600));
        var cluster = new SimulatedCluster(trace, trace.Hosts, _plain, 1);
        for (var c = 0; c < 3; c++) Assert.True(cluster.Place(c));
        Assert.False(cluster.BeginMove(0, 0, 1));
    }

    [Fact]
    public void AnyPolicy_SameSeed_GivesTheSameResult()
    {
        var random = new Random(5);
        var trace = Trace(8, [.. Enumerable.Range(0, 60).Select(_ => Container(random.Next(3000), random.Next(3) == 0 ? 3400 : Never, 50 + random.Next(200), random.Next(4), 300) with { App = $"a{random.Next(9)}" })]);
        foreach (var policy in SimulationPolicy.All(8))
        {
            string Json() => JsonSerializer.Serialize(Simulator.Run(trace, trace.Hosts, policy, HostFailures.Draw(trace, 0.1, 3), 3) with { DecisionMicros = 0 });
            Assert.Equal(Json(), Json());
        }
    }

    [Fact]
    public void HostFailures_SeedAndHost_DecideThem()
    {
        var trace = Trace(50);
        Assert.Equal(HostFailures.Draw(trace, 0.5, 1), HostFailures.Draw(trace, 0.5, 1));
        Assert.NotEqual(HostFailures.Draw(trace, 0.5, 1), HostFailures.Draw(trace, 0.5, 2));
        Assert.Equal(HostFailures.Draw(trace, 0.5, 1).Where(f => f.Host == "h3"), HostFailures.Draw(trace with { Hosts = [.. trace.Hosts.Take(4)] }, 0.5, 1).Where(f => f.Host == "h3"));
        Assert.Empty(HostFailures.Draw(trace, Never, 1));
    }

    [Fact]
    public void HostsNeeded_IsTheFewestThatRefuseNothing()
    {
        var trace = Trace(9, [.. Enumerable.Range(0, 7).Select(_ => Container())]);
        Assert.Equal(4, HostsNeeded.Find(trace, _plain, [], 1).Hosts);
        Assert.Equal(3, HostsNeeded.Find(Trace(2, [.. Enumerable.Range(0, 7).Select(_ => Container())]), _plain, [], 1).Hosts);
    }

    [Theory]
    [InlineData(50, 50)]
    [InlineData(500, 230)]
    [InlineData(1523, 578)]
    [InlineData(5000, 500)]
    [InlineData(10_000, 500)]
    public void KubernetesSample_IsItsAdaptivePercentage(int hosts, int sample) => Assert.Equal(sample, SimulationPolicy.KubernetesSample(hosts));

    [Fact]
    public void Compare_TableAndPlot_NameEveryPolicy()
    {
        var trace = Trace(5, [.. Enumerable.Range(0, 12).Select(i => Container(200 * i, curve: i % 4))]);
        var results = CompareCommand.Run(trace, new CompareCommand.Settings(1, 1, Never, ["Gantry", "swarm"], 1), new Progress(TextWriter.Null, true));
        Assert.Equal(5, results.Count);
        var output = new StringWriter();
        CompareCommand.Print(trace, results, output);
        Assert.Contains("| Swarm spread | ", output.ToString());
        var html = ComparisonPlot.Html(trace, results);
        Assert.All(results, r => Assert.Contains(r.Policy, html));
        // Well-formed, so that every browser draws the same.
        foreach (var svg in html.Split("<svg").Skip(1)) Assert.Equal("svg", System.Xml.Linq.XElement.Parse("<svg" + svg[..(svg.IndexOf("</svg>", StringComparison.Ordinal) + 6)]).Name);
        Assert.Contains("No policy is named so", Assert.Throws<LabException>(() => CompareCommand.Run(trace, new CompareCommand.Settings(1, 1, Never, ["x"], 1), new Progress(TextWriter.Null, false))).Message);
    }

    [Fact]
    public void OpenB_Times_BecomeArrivalsAndLives()
    {
        string[] pods = ["", .. Enumerable.Range(0, 20).Select(i => $"p{i},1000,1024,0,0,,LS,Running,{1000 + 100 * i},{2000 + 100 * i},0")];
        var trace = TraceReader.OpenB(["", "n2,32000,262144,0,", "n1,32000,262144,0,"], pods, [[50]], 10, 1);
        Assert.Equal(["n1", "n2"], trace.Hosts.Select(h => h.Id));
        Assert.Equal((0, 900), (trace.Containers[0].Arrives, trace.Containers[0].Leaves));
        Assert.Equal((180, 1180), (trace.Containers[19].Arrives, trace.Containers[19].Leaves));
        Assert.Equal(500, trace.Use(0, 3));
        Assert.Throws<LabException>(() => TraceReader.OpenB([""], pods, [[50]], 0, 1));
    }

    [Fact]
    public void PlanetLab_Day_ReservesTheThirdQuartile()
    {
        var trace = TraceReader.PlanetLab("day", [[.. Enumerable.Range(0, 288).Select(t => t / 4f)]], 1);
        Assert.Equal(550, trace.Containers[0].Limits[0]); // 54 % at the 217th of 288, rounded up to 50
        Assert.Equal(288, trace.Ticks);
        Assert.Throws<LabException>(() => TraceReader.Read("moon", new DataFolder("/"), 1, 1));
    }
}
