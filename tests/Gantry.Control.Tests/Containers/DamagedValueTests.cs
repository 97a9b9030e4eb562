using Gantry.Conformance.Records;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Deployments;
using Gantry.Domain.Operations;
using Xunit;

namespace Gantry.Control.Tests.Containers;

/// <summary>One value on disk that cannot be opened concerns its app, and nobody else.</summary>
public sealed class DamagedValueTests : IAsyncDisposable
{
    private const string CannotBeOpened = "cannot be opened";

    private readonly ControlHost _host = new();

    [Fact]
    public async Task Variable_Damaged_FailsItsAppAndNoOther()
    {
        var (hurt, well) = (await _host.AddAppAsync("hurt-app"), await _host.AddAppAsync("well-app"));
        var broken = await _host.AddContainerAsync(hurt, "worker");
        var whole = await _host.AddContainerAsync(well, "worker");
        await SetFormationAsync(hurt, well);
        await DamageVariableAsync(hurt);

        await _host.StartAsync();

        await Until.TrueAsync(async () => (await FindAsync(whole)).State == ContainerState.Running, "the worker of the other app runs");
        await Until.TrueAsync(() => Task.FromResult(_host.Log.Of(hurt.Id).Count == 2), "the app with the damaged variable is told");
        Assert.StartsWith("[gantry] worker-1 could not start: The encrypted value 'PASSWORD'", _host.Log.Of(hurt.Id)[0], StringComparison.Ordinal);
        Assert.Contains("is tried again in 1 s", _host.Log.Of(hurt.Id)[1], StringComparison.Ordinal);
        Assert.Equal(ContainerState.Stopped, (await FindAsync(broken)).State);
        Assert.Empty(_host.Log.Of(well.Id));
        Assert.Empty(_host.FailedLoops);
    }

    [Fact]
    public async Task Variable_SetAgain_LetsTheNextTryStart()
    {
        var app = await _host.AddAppAsync();
        var container = await _host.AddContainerAsync(app, "worker");
        await DamageVariableAsync(app);
        await _host.StepAsync(container.Id);
        await _host.StepAsync(container.Id);
        var next = await _host.OnlyLiveAsync(app);

        await SetVariableAsync(app);
        _host.Time.SetUtcNow(next.NotBefore!.Value);

        Assert.NotNull((await _host.StepAsync(next.Id)).StartedAt);
        Assert.Equal(1, next.BootAttempts);
    }

    [Fact]
    public async Task ExtraEnvironment_Damaged_FailsTheOneOffAndNoLoop()
    {
        var app = await _host.AddAppAsync();
        var worker = await _host.AddContainerAsync(app, "worker");
        await SetFormationAsync(app);
        var oneOff = Samples.Container("c-one-off", app.Id.Value) with
        {
            Type = ProcessTypes.OneOff, Wanted = true, Attached = false, NotBefore = null, StartedAt = null, ReadyAt = null, StoppedAt = null,
            BootFailed = false, ExitReason = null, ImageId = app.CurrentImageId!.Value, ExtraEnvironment = new Dictionary<string, string> { ["A"] = "1" },
        };
        await _host.Containers.AddAsync([oneOff], ControlHost.Token);
        var operation = Samples.Operation(type: OperationType.StartOneOff, app: app.Id.Value) with { ContainerId = oneOff.Id };
        await _host.Apps.BeginOperationAsync(operation, null, ControlHost.Token);
        _host.Raw($"UPDATE containers SET extra_environment = x'0101' WHERE id = '{oneOff.Id}'");

        await _host.StartAsync();

        await Until.TrueAsync(async () => (await FindAsync(oneOff)).State == ContainerState.Stopped, "the end of the one-off");
        await Until.TrueAsync(async () => (await FindAsync(worker)).State == ContainerState.Running, "the worker runs");
        var ended = await _host.Apps.FindOperationAsync(app.Id, operation.Id, ControlHost.Token);
        Assert.Equal(OperationStatus.Error, ended!.Status);
        Assert.Contains(CannotBeOpened, ended.Error, StringComparison.Ordinal);
        Assert.Empty(_host.FailedLoops);
    }

    [Fact]
    public async Task Variable_Damaged_FailsADeploymentWithTheReason()
    {
        var app = await _host.AddAppAsync();
        await _host.Deployments.PutStackAsync(Samples.Stack(), ControlHost.Token);
        await DamageVariableAsync(app);
        var deployment = Samples.Deployment(app: app.Id.Value) with { AbortRequested = false, ImageId = null, FinishedAt = null };
        await _host.Deployments.AddAsync(deployment, ControlHost.Token);

        await _host.StartAsync();

        await Until.TrueAsync(
            async () => (await _host.Deployments.FindAsync(deployment.Id, ControlHost.Token))!.Status == DeploymentStatus.BuildError, "the end of the deployment");
        Assert.Contains(CannotBeOpened, await _host.Deployments.ReadOutputAsync(deployment.Id, 0, ControlHost.Token), StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task<Container> FindAsync(Container container) => (await _host.Containers.FindAsync(container.Id, ControlHost.Token))!;

    private async Task SetFormationAsync(params App[] apps)
    {
        foreach (var app in apps)
            await _host.Apps.SetFormationAsync(app.Id, [new ProcessFormation("worker", 1, "M", "work")], ControlHost.Token);
    }

    private Task SetVariableAsync(App app) =>
        _host.Apps.SetVariablesAsync(app.Id, [new Variable(new VariableId("v-" + app.Name), "PASSWORD", "s3cr3t")], ControlHost.Token);

    private async Task DamageVariableAsync(App app)
    {
        await SetVariableAsync(app);
        _host.Raw($"UPDATE variables SET sealed = x'0101' WHERE app_id = '{app.Id}'");
    }
}
