using Gantry.Agent.Runtime;
using Gantry.Bus;
using Gantry.Conformance;
using Gantry.Control.Containers;
using Gantry.Control.Routes;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Router;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Control.Tests.Routes;

/// <summary>A change of one app is read and shown alone.</summary>
public sealed class ChangedRouteTests : IAsyncDisposable
{
    private readonly ControlHost _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private RoutePublisher Routes => _host.Get<RoutePublisher>();

    [Fact]
    public async Task Container_ThatIsReady_IsShown_WithoutReadingAllApps()
    {
        var (one, _) = (await _host.AddAppAsync(), await _host.AddAppAsync("my-app-2"));
        await Routes.PublishAsync(ControlHost.Token);
        _host.Records.Broken = m => m.Name == nameof(IAppStore.ListAllAsync) || (m.Name == nameof(IContainerStore.ListLiveAsync) && m.GetParameters().Length == 1);

        var container = await ServeAsync(one);
        Routes.Note(new ContainerChanged(container.Id));
        await Routes.PublishAsync(ControlHost.Token);

        Assert.Equal(container.Id, Assert.Single(RouteOf("my-app-1").Targets).ContainerId);
        Assert.Empty(RouteOf("my-app-2").Targets);
    }

    [Fact]
    public async Task Name_ThatAnAppGaveUp_IsTheNextOnes_WhicheverIsReadFirst()
    {
        var (old, next) = (await _host.AddAppAsync("name-1"), await _host.AddAppAsync("name-2"));
        await Routes.PublishAsync(ControlHost.Token);
        await RenameAsync(old, "name-3");
        await RenameAsync(next, "name-1");

        await Routes.PublishAsync(next.Id, ControlHost.Token);
        Assert.Equal(next.Id, RouteOf("name-1").AppId);
        await Routes.PublishAsync(old.Id, ControlHost.Token);

        Assert.Equal((next.Id, old.Id), (RouteOf("name-1").AppId, RouteOf("name-3").AppId));
        Assert.Equal(2, _host.Get<LastRoutes>().Table.Hosts.Count);
    }

    [Fact]
    public async Task Table_InWhichNothingChanged_IsNotSwapped()
    {
        var app = await _host.AddAppAsync();
        await ServeAsync(app);
        await Routes.PublishAsync(ControlHost.Token);
        var before = _host.Tables.Count;
        await Routes.PublishAsync(app.Id, ControlHost.Token);
        Routes.Note(new Missed(1));
        await Routes.PublishAsync(ControlHost.Token);
        Assert.Equal(before, _host.Tables.Count);
    }

    [Fact]
    public async Task App_OfWhichNothingWasHeard_IsShownWhenSomethingWasMissed_AndWithinAMinute()
    {
        await _host.StartAsync();
        await Until.TrueAsync(() => Routes.HasPublished, "the first table");
        await _host.AddAppAsync("name-1");
        _host.Get<IBus>().Publish(new Missed(1));
        await Until.TrueAsync(() => _host.Get<LastRoutes>().Table.Hosts.Count == 1, "the first app");

        await _host.AddAppAsync("name-2");
        await Until.TrueAsync(
            () =>
            {
                _host.Time.Advance(TimeSpan.FromSeconds(10));
                return _host.Get<LastRoutes>().Table.Hosts.Count == 2;
            },
            "the second app");
    }

    [Fact]
    public async Task Routes_ThatCouldNotBeRead_AreShownWhenTheRecordsAnswerAgain()
    {
        var app = await _host.AddAppAsync();
        await Routes.PublishAsync(ControlHost.Token);
        var container = await ServeAsync(app);
        _host.Records.AreAway = true;
        await Assert.ThrowsAsync<StoreException>(() => Routes.PublishAsync(app.Id, ControlHost.Token));
        _host.Records.AreAway = false;
        await Routes.PublishAsync(ControlHost.Token);
        Assert.Equal(container.Id, Assert.Single(RouteOf("my-app-1").Targets).ContainerId);
    }

    private AppRoute RouteOf(string app) => _host.Get<LastRoutes>().Table.Hosts[$"{app}.apps.localhost"];

    private async Task RenameAsync(App app, string name) =>
        Assert.True((await _host.Apps.RenameAsync(app.Id, AppName.Parse(name).Value, _host.Time.GetUtcNow(), ControlHost.Token)).IsSuccess);

    private async Task<Container> ServeAsync(App app)
    {
        var (container, now) = (await _host.AddContainerAsync(app), _host.Time.GetUtcNow());
        _host.Get<RuntimeObserver>().Report(new ContainerStatus(container.Id, RuntimeState.Running, "10.0.0.1", now, null, null, false, null));
        return (await _host.Containers.UpdateAsync(
            container.Id, c => c with { State = ContainerState.Running, StartedAt = now, ReadyAt = now, Address = "10.0.0.1", Port = 5000 }, ControlHost.Token))!;
    }
}
