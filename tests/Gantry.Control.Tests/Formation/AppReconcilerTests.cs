using Gantry.Agent.Runtime;
using Gantry.Bus;
using Gantry.Conformance.Records;
using Gantry.Control.Containers;
using Gantry.Control.Formation;
using Gantry.Control.Routes;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Deployments;
using Gantry.Domain.Operations;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Control.Tests.Formation;

public sealed class AppReconcilerTests : IAsyncDisposable
{
    private readonly ControlHost _host = new();

    [Fact]
    public async Task Reconcile_ReleaseSwitchedMeanwhile_KeepsItsContainers()
    {
        var app = await _host.AddAppAsync();
        var next = Samples.Deployment("d-next", app.Id.Value) with { Status = DeploymentStatus.Starting };
        await _host.Deployments.AddAsync(next, ControlHost.Token);
        var container = await _host.AddContainerAsync(app with { CurrentDeploymentId = next.Id });
        await _host.Containers.UpdateAsync(container.Id, c => c with { State = ContainerState.Running }, ControlHost.Token);
        var deployments = Interceptor<IDeploymentStore>.Before(_host.Deployments, nameof(IDeploymentStore.ListUnfinishedAsync), SwitchAsync);

        await Reconciler(_host.Apps, deployments).ReconcileAsync(app.Id, ControlHost.Token);

        Assert.True((await _host.OnlyLiveAsync(app)).Wanted);

        async Task SwitchAsync()
        {
            await _host.Apps.UpdateAsync(app.Id, a => a with { CurrentDeploymentId = next.Id }, ControlHost.Token);
            await _host.Deployments.UpdateAsync(next.Id, d => d with { Status = DeploymentStatus.Success }, ControlHost.Token);
        }
    }

    /// <summary>Who restarted to bring a value into effect was told that it is: the container from before answers nobody then.</summary>
    [Fact]
    public async Task Operation_ThatIsDone_IsInTheRoutesBeforeItSaysSo()
    {
        var app = await _host.AddAppAsync();
        var old = await RunAsync(app, "ct-old", "10.0.0.1");
        await _host.Get<RoutePublisher>().PublishAsync(ControlHost.Token);
        _host.Time.Advance(TimeSpan.FromSeconds(1));
        var restart = Samples.Operation(type: OperationType.Restart, app: app.Id.Value) with { CreatedAt = _host.Time.GetUtcNow() };
        await _host.Apps.BeginOperationAsync(restart, null, ControlHost.Token);
        _host.Time.Advance(TimeSpan.FromSeconds(1));
        var next = await RunAsync(app, "ct-new", "10.0.0.2");
        ContainerId[] routed = [];
        var apps = Interceptor<IAppStore>.Before(_host.Apps, nameof(IAppStore.SetOperationStatusAsync), () =>
        {
            routed = Routed();
            return Task.CompletedTask;
        });
        Assert.Equal([old], Routed());

        await Reconciler(apps, _host.Deployments).ReconcileAsync(app.Id, ControlHost.Token);

        Assert.Equal(OperationStatus.Done, (await _host.Apps.FindOperationAsync(app.Id, restart.Id, ControlHost.Token))!.Status);
        Assert.Equal([next], routed);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private AppReconciler Reconciler(IAppStore apps, IDeploymentStore deployments) => new(
        apps, _host.Containers, _host.Get<LiveContainers>(), deployments, _host.Get<AppRemover>(), _host.Get<OtherRouters>(), _host.Get<IBus>(), _host.Time);

    private ContainerId[] Routed() => [.. _host.Get<LastRoutes>().Table.Hosts.Values.Single().Targets.Select(t => t.ContainerId)];

    private async Task<ContainerId> RunAsync(App app, string id, string address)
    {
        var now = _host.Time.GetUtcNow();
        var container = new Container
        {
            Id = new ContainerId(id), AppId = app.Id, DeploymentId = app.CurrentDeploymentId!.Value, ImageId = app.CurrentImageId!.Value, Type = "web", Index = 1, Size = "M",
            Command = "serve", CreatedAt = now, State = ContainerState.Running, StartedAt = now, ReadyAt = now, Address = address, Port = 5000,
        };
        await _host.Containers.AddAsync([container], ControlHost.Token);
        _host.Get<RuntimeObserver>().Report(new ContainerStatus(container.Id, RuntimeState.Running, address, now, null, null, false, null));
        return container.Id;
    }
}
