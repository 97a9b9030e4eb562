using Gantry.Conformance.Records;
using Gantry.Control.Hosts;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Hosts;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;
using Xunit;

namespace Gantry.Control.Tests.Hosts;

public sealed class SnapshotBuilderTests
{
    private static readonly App _app = Samples.App();
    private static readonly Host _here = Samples.Host("host-1") with { Cordoned = false, Drain = null };

    [Fact]
    public void Build_OfRecords_HasHostsContainersAndWhatWaits()
    {
        var snapshot = Build(
            Container("placed") with { Host = _here.Id, PlacedAt = Samples.Now, State = ContainerState.Running, StartedAt = Samples.Now, ReadyAt = Samples.Now.AddSeconds(2) },
            Container("waiting") with { Index = 2 });

        var host = Assert.Single(snapshot.Hosts);
        Assert.Equal(("host-1", "small", "a", HostState.Ready), (host.Id, host.Class, host.Zone, host.State));
        Assert.Equal([2000, 24L << 30], host.Capacity);
        Assert.Equal(["im-1"], host.Images);
        var placed = Assert.Single(snapshot.Containers);
        Assert.Equal(("placed", "my-app-1", "us-alice", "host-1", "web", true, 2.0), (placed.Id, placed.App, placed.Owner, placed.Host, placed.Type, placed.Movable, placed.BootSeconds));
        Assert.Equal([1000, 1L << 30], placed.Limits);
        Assert.Equal([5f], placed.Profiles[1]!.Window);
        Assert.Equal(("waiting", 1), (Assert.Single(snapshot.Pending).Id, snapshot.Pending[0].Count));
        Assert.Null(SnapshotRules.Check(snapshot));
    }

    [Fact]
    public void Build_OfWhatMayNotMove_SaysSo()
    {
        var running = Container("c") with { Host = _here.Id, PlacedAt = Samples.Now, State = ContainerState.Running };

        Assert.All(
            Build(running with { Type = ProcessTypes.OneOff }, running with { Id = new ContainerId("d"), State = ContainerState.Booting }, running with { Id = new ContainerId("e"), Wanted = false }).Containers,
            c => Assert.False(c.Movable));
        // Of two of one index one takes over from the other.
        Assert.All(Build(running, running with { Id = new ContainerId("f") }).Containers, c => Assert.False(c.Movable));
    }

    [Fact]
    public void Build_OfWhatDoesNotAskYet_LeavesItOut()
    {
        var snapshot = Build(
            Container("gone") with { Wanted = false }, Container("later") with { NotBefore = Samples.Now.AddSeconds(1) }, Container("failed") with { BootFailed = true },
            Container("foreign") with { AppId = new AppId("ap-removed") });

        Assert.Empty(snapshot.Pending);
        Assert.Empty(snapshot.Containers);
    }

    [Fact]
    public void Build_OfAHost_HasWhatIsKnownOfIt()
    {
        Assert.Equal(HostState.Draining, StateOf(answers: true));
        Assert.Equal(HostState.Down, StateOf(answers: false));

        static HostState StateOf(bool answers) => SnapshotBuilder.Build(
            Records([]) with { Hosts = [Samples.Host()] }, new ClusterPolicy(), _ => [], _ => answers, Samples.Now).Hosts[0].State;
    }

    [Fact]
    public void Policy_OfOptions_GoesByTheClassAndThenByAll()
    {
        var options = new SchedulingOptions();
        options.Overcommit["big"] = new() { ["memory"] = 1.5 };
        var policy = options.ToPolicy();

        Assert.Equal((1.5, 64, 4, 64), (policy.FactorOf("big", "memory"), policy.FactorOf("big", "cpu"), policy.FactorOf("", "memory"), policy.FactorOf("other", "cpu")));
        Assert.Equal(1, policy.FactorOf("big", "disk"));
        Assert.Null(SnapshotRules.Check(SnapshotBuilder.Build(Records([]), policy, _ => [], _ => true, Samples.Now)));
    }

    private static ClusterSnapshot Build(params Container[] live) =>
        SnapshotBuilder.Build(Records(live), new ClusterPolicy(), _ => [null, new ProfileSnapshot([5f])], _ => true, Samples.Now);

    private static ClusterRecords Records(Container[] live) => new([_here], live, new Dictionary<AppId, App> { [_app.Id] = _app });

    private static Container Container(string id) => new()
    {
        Id = new ContainerId(id), AppId = _app.Id, DeploymentId = new DeploymentId("d-1"), ImageId = new ImageId("im-1"), Type = "web", Index = 1, Size = "L",
        Command = "serve", CreatedAt = Samples.Now,
    };
}
