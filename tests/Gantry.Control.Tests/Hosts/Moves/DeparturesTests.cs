using Gantry.Conformance.Records;
using Gantry.Control.Hosts;
using Gantry.Control.Hosts.Moves;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Xunit;

namespace Gantry.Control.Tests.Hosts.Moves;

public sealed class DeparturesTests
{
    private static readonly App _app = Samples.App() with { CurrentDeploymentId = new DeploymentId("d-1"), DeletedAt = null };

    public static TheoryData<Container, DepartureState, string?> Alone => new()
    {
        { Web("c"), DepartureState.Free, null },
        { Web("c") with { State = ContainerState.Booting }, DepartureState.Waits, "not ready yet" },
        { Web("c") with { State = ContainerState.Stopping }, DepartureState.Waits, "about to end" },
        { Web("c") with { Wanted = false }, DepartureState.Waits, "about to end" },
        { Web("c") with { DeploymentId = new DeploymentId("d-2") }, DepartureState.Waits, "not the current one" },
        { Web("c") with { Type = ProcessTypes.OneOff }, DepartureState.Cannot, "a one-off runs once" },
        { Web("c") with { Type = ProcessTypes.Postdeploy }, DepartureState.Cannot, "a postdeploy hook runs once" },
    };

    [Theory]
    [MemberData(nameof(Alone))]
    public void Departure_OfAContainerAlone_SaysWhatItWaitsFor(Container container, DepartureState state, string? why) => Is(container, [container], state, why);

    [Fact]
    public void Departure_OfAContainerWithAnother_GoesByWhatThatOneIs()
    {
        var (old, next) = (Web("old"), Web("next") with { Replaces = new ContainerId("old"), CreatedAt = Samples.Now.AddSeconds(1), State = ContainerState.Booting });

        Is(old, [old, next], DepartureState.Moving, null);
        Is(old with { Wanted = false }, [next], DepartureState.Moving, null);
        Is(old, [old, next with { Wanted = false }], DepartureState.Waits, "what was to follow it ends");
        Is(next with { State = ContainerState.Running }, [old], DepartureState.Waits, "not taken over yet");
        Is(old, [old, next with { Replaces = null }], DepartureState.Cannot, "does not become ready, so this one serves on");
        Is(old, [old, next with { Replaces = null, Index = 2 }], DepartureState.Free, null);
        Is(old, [old, next with { Replaces = null, DeploymentId = new DeploymentId("d-2") }], DepartureState.Free, null);
    }

    [Fact]
    public void Departure_OfADeletedApp_Waits() =>
        Assert.Equal(DepartureState.Waits, Departures.Of(Web("c"), _app with { DeletedAt = Samples.Now }, []).State);

    [Fact]
    public void Departures_FromAHost_AreThoseThere()
    {
        var records = new ClusterRecords([], [Web("a"), Web("b") with { Host = new HostId("other"), Index = 2 }], new Dictionary<AppId, App> { [_app.Id] = _app });

        Assert.Equal("a", Assert.Single(Departures.From(new HostId("host-1"), records)).Container.Id.Value);
    }

    private static void Is(Container container, Container[] claims, DepartureState state, string? why)
    {
        var departure = Departures.Of(container, _app, claims);
        Assert.Equal(state, departure.State);
        Assert.Contains(why ?? "", departure.Why ?? "", StringComparison.Ordinal);
    }

    private static Container Web(string id) => new()
    {
        Id = new ContainerId(id), AppId = _app.Id, DeploymentId = new DeploymentId("d-1"), ImageId = new ImageId("im-1"), Type = "web", Index = 1, Size = "M",
        Command = "serve", CreatedAt = Samples.Now, State = ContainerState.Running, Host = new HostId("host-1"), PlacedAt = Samples.Now,
    };
}
