using Gantry.Conformance.Records;
using Gantry.Control.Tests.Platform;
using Gantry.Domain.Apps;
using Gantry.Domain.Deployments;
using Gantry.Store.Blobs;
using Xunit;

namespace Gantry.Control.Tests.Deployments;

public sealed class BuildSlotTests : IAsyncDisposable
{
    private readonly ControlHost _host = new(o => o.MaxConcurrentBuilds = 1);

    [Fact]
    public async Task Deployment_NoBuildSlotFree_StaysQueuedAndSaysSoUntilOneIs()
    {
        await _host.Deployments.PutStackAsync(Samples.Stack(), ControlHost.Token);
        var first = await QueueAsync(await _host.AddAppAsync("first-app"));
        await _host.StartAsync();
        await BuildsAsync("first-app");

        var second = await QueueAsync(await _host.AddAppAsync("second-app"));
        await Until.TrueAsync(async () => (await OutputAsync(second)).Contains("Waiting for other builds", StringComparison.Ordinal), "the second one waits");

        Assert.Equal(DeploymentStatus.Queued, await StatusAsync(second));
        Assert.Equal(["first-app"], _host.Get<PlayedBuilder>().Running);
        _host.Get<PlayedBuilder>().Fail("first-app");
        await BuildsAsync("second-app");
        Assert.Equal(DeploymentStatus.Building, await StatusAsync(second));
        await Until.TrueAsync(async () => await StatusAsync(first) == DeploymentStatus.BuildError, "the end of the first deployment");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private Task BuildsAsync(string app) =>
        Until.TrueAsync(() => Task.FromResult(_host.Get<PlayedBuilder>().Running.Contains(app)), $"the build of {app}");

    private async Task<Deployment> QueueAsync(App app)
    {
        var source = await _host.Get<IBlobStore>().PutAsync(new MemoryStream("source"u8.ToArray()), 100, ControlHost.Token);
        return await _host.QueueAsync(app, new DeploymentSource(SourceKind.Git, source.Value.Digest.Value));
    }

    private async Task<DeploymentStatus> StatusAsync(Deployment deployment) =>
        (await _host.Deployments.FindAsync(deployment.Id, ControlHost.Token))!.Status;

    private async Task<string> OutputAsync(Deployment deployment) =>
        await _host.Deployments.ReadOutputAsync(deployment.Id, 0, ControlHost.Token) ?? "";
}
