using Gantry.Agent.Runtime;
using Gantry.Control.Tests.Platform;
using Gantry.Domain.Deployments;
using Xunit;

namespace Gantry.Control.Tests.Containers;

/// <summary>A host on which a container can't be started, and trying again helps nothing.</summary>
public sealed class RefusedStartTests : IAsyncDisposable
{
    private readonly ControlHost _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Release_WhoseContainersTheHostRefuses_EndsWithTheReason()
    {
        var app = await _host.AddAppAsync();
        await _host.StartAsync();
        await Until.TrueAsync(() => _host.Runtime.Started.Count == 1, "the first container");
        _host.Runtime.Failure = new RuntimeException("crun could not start it: Operation not permitted", isTransient: false);

        var deployment = await _host.QueueAsync(app, new DeploymentSource(SourceKind.Image, "im-" + app.Name));

        await Until.TrueAsync(
            async () =>
            {
                _host.Time.Advance(TimeSpan.FromSeconds(1));
                return (await _host.Deployments.FindAsync(deployment.Id, ControlHost.Token))!.Status >= DeploymentStatus.Success;
            },
            "the end of the deployment");
        var ended = (await _host.Deployments.FindAsync(deployment.Id, ControlHost.Token))!;
        Assert.Equal(DeploymentStatus.CrashedError, ended.Status);
        Assert.Contains("Operation not permitted", ended.FailureReason, StringComparison.Ordinal);
    }
}
