using Gantry.Agent.Runtime;
using Gantry.Bus;
using Gantry.Conformance.Records;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Deployments;
using Xunit;

namespace Gantry.Control.Tests.Deployments;

/// <summary>A postdeploy hook runs once, whatever becomes of the daemon.</summary>
public sealed class HookTests : IAsyncDisposable
{
    private readonly ControlHost _host = new();

    [Fact]
    public async Task Hook_RunsWhenTheDaemonRestarts_IsWaitedFor()
    {
        var (deployment, hook) = await StartHookAsync();

        await _host.StopAsync();
        await _host.StartAgainAsync();
        await Until.TrueAsync(async () => (await OutputAsync(deployment)).Contains("is not run again", StringComparison.Ordinal), "the deployment goes on");
        Assert.Equal(RuntimeState.Running, _host.Runtime.Find(hook)!.State);
        _host.Runtime.Exit(hook, 0);

        await EndsAsync(deployment, DeploymentStatus.Success);
        Assert.Single(_host.Runtime.Started);
    }

    [Theory]
    [InlineData(0, DeploymentStatus.Success)]
    [InlineData(3, DeploymentStatus.HookError)]
    public async Task Hook_EndedWhileTheDaemonWasAway_IsTakenFromItsRecord(int exitCode, DeploymentStatus status)
    {
        var (deployment, hook) = await StartHookAsync();

        await _host.StopAsync();
        _host.Runtime.Exit(hook, exitCode);
        await _host.StartAgainAsync();

        await EndsAsync(deployment, status);
        Assert.Single(_host.Runtime.Started);
    }

    [Fact]
    public async Task Hook_LostWithItsHost_RunsAgain()
    {
        var (deployment, _) = await StartHookAsync();

        await _host.StopAsync();
        _host.Runtime.LoseAll();
        await _host.StartAgainAsync();
        await Until.TrueAsync(() => Task.FromResult(_host.Runtime.Started.Count == 2), "the second run of the hook");
        _host.Runtime.Exit(_host.Runtime.Started.Last().Id, 0);

        await EndsAsync(deployment, DeploymentStatus.Success);
    }

    [Fact]
    public async Task Hook_DeploymentAborted_IsStopped()
    {
        var (deployment, hook) = await StartHookAsync();

        await _host.Deployments.UpdateAsync(deployment.Id, d => d with { AbortRequested = true }, ControlHost.Token);
        _host.Get<IBus>().Publish(new DeploymentChanged(deployment.AppId, deployment.Id, deployment.Status));

        await EndsAsync(deployment, DeploymentStatus.Aborted);
        await Until.TrueAsync(
            async () => await _host.Containers.FindAsync(hook, ControlHost.Token) is { Wanted: false, State: ContainerState.Stopped }, "the end of the hook");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>A deployment of an image that has nothing but a hook, with the hook running.</summary>
    private async Task<(Deployment Deployment, ContainerId Hook)> StartHookAsync()
    {
        var app = await _host.AddAppAsync(webs: 0);
        var image = Samples.Image("im-next", app.Id.Value) with { ProcessTypes = new Dictionary<string, string> { [ProcessTypes.Postdeploy] = "migrate" } };
        await _host.Deployments.AddImageAsync(image, ControlHost.Token);
        var deployment = await _host.QueueAsync(app, new DeploymentSource(SourceKind.Image, image.Id.Value));
        await _host.StartAsync();
        await Until.TrueAsync(() => Task.FromResult(!_host.Runtime.Started.IsEmpty), "the start of the hook");
        var hook = _host.Runtime.Started.Single().Id;
        await Until.TrueAsync(async () => (await _host.Containers.FindAsync(hook, ControlHost.Token))!.StartedAt is not null, "the record of the start");
        return (deployment, hook);
    }

    private Task EndsAsync(Deployment deployment, DeploymentStatus status) => Until.TrueAsync(
        async () => (await _host.Deployments.FindAsync(deployment.Id, ControlHost.Token))!.Status == status, $"the status {status}");

    private async Task<string> OutputAsync(Deployment deployment) =>
        (await _host.Deployments.ReadOutputAsync(deployment.Id, 0, ControlHost.Token))!;
}
