using Gantry.Bus;
using Gantry.Conformance.Records;
using Gantry.Control.Containers;
using Gantry.Control.Formation;
using Gantry.Control.Tests.Platform;
using Gantry.Domain.Containers;
using Gantry.Domain.Deployments;
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
        var reconciler = new AppReconciler(_host.Apps, _host.Containers, _host.Get<LiveContainers>(), deployments, _host.Get<AppRemover>(), _host.Get<IBus>(), _host.Time);

        await reconciler.ReconcileAsync(app.Id, ControlHost.Token);

        Assert.True((await _host.OnlyLiveAsync(app)).Wanted);

        async Task SwitchAsync()
        {
            await _host.Apps.UpdateAsync(app.Id, a => a with { CurrentDeploymentId = next.Id }, ControlHost.Token);
            await _host.Deployments.UpdateAsync(next.Id, d => d with { Status = DeploymentStatus.Success }, ControlHost.Token);
        }
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
