using Gantry.Agent.Runtime;
using Gantry.Control.Hosts.Remote;
using Gantry.Control.Routes;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Xunit;

namespace Gantry.Control.Tests.Hosts;

/// <summary>
/// A host is told to start a container and hangs before it does, is given up, and the container starts elsewhere. When the host goes on, so does the start; then it is
/// told that the container is not its own.
/// </summary>
public sealed class StrayStartTests : IAsyncDisposable
{
    private readonly MoveCluster _cluster = new();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Container_WhoseStartElsewhereWasUnderWay_IsWhatTheHostOfItsPlaceSays()
    {
        var stray = await _cluster.JoinAsync("one", 1);
        await _cluster.JoinAsync("two", 2);
        await _cluster.StartAsync();
        var app = await _cluster.RunOnAsync("two", webs: 1);
        var id = Assert.Single(await _cluster.LiveAsync(app)).Id;

        await stray.Played.StartAsync(PlayedRuntime.AnySpec(id.Value), ControlHost.Token);
        stray.Played.Repeat(id);
        await UntilSaidAsync(id, RuntimeState.Running);
        stray.Played.Exit(id, 137);
        await UntilSaidAsync(id, RuntimeState.Exited);
        await _cluster.PassAsync(5, "one", "two");

        var container = Assert.Single(await _cluster.LiveAsync(app));
        Assert.Equal((id, ContainerState.Running), (container.Id, container.State));
        await _cluster.Host.Get<RoutePublisher>().PublishAsync(app.Id, ControlHost.Token);
        Assert.Equal([id], _cluster.Host.Get<LastRoutes>().Table.Hosts.Values.Single().Targets.Select(t => t.ContainerId));
        Assert.Equal("two", _cluster.Host.Get<HostSessions>().Of(id)!.Id.Value);
    }

    private Task UntilSaidAsync(ContainerId id, RuntimeState state) => _cluster.UntilAsync(
        () => Task.FromResult(_cluster.Host.Get<HostSessions>().Find(new HostId("one"))!.StatusOf(id)?.State == state), $"the other host says that the container is {state}");
}
