using System.Net;
using System.Net.Sockets;
using Gantry.Control.Tests.Platform;
using Gantry.Domain.Deployments;
using Microsoft.Extensions.Options;
using Xunit;

namespace Gantry.Control.Tests.Deployments;

/// <summary>What is acknowledged while a release is rolled out is not undone by its switch.</summary>
public sealed class ScaledRolloutTests : IAsyncDisposable
{
    private readonly ControlHost _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Scale_DuringARollout_CountsAfterwards()
    {
        var app = await _host.AddAppAsync(webs: 1);
        await _host.StartAsync();
        var deployment = await _host.QueueAsync(app, new DeploymentSource(SourceKind.Image, "im-" + app.Name));
        await Until.TrueAsync(() => _host.Runtime.Started.Count == 2, "the container of the deployment");

        await _host.Apps.SetFormationAsync(app.Id, [new("web", 3, "M", "serve")], ControlHost.Token);
        using var port = new TcpListener(IPAddress.Loopback, _host.Get<IOptions<ControlOptions>>().Value.ContainerPort);
        port.Start();
        await Until.TrueAsync(
            async () =>
            {
                _host.Time.Advance(TimeSpan.FromMilliseconds(100));
                return (await _host.Deployments.FindAsync(deployment.Id, ControlHost.Token))!.Status >= DeploymentStatus.Success;
            },
            "the end of the deployment");

        Assert.Equal(3, (await _host.Apps.GetFormationAsync(app.Id, ControlHost.Token)).Single(f => f.Type == "web").Amount);
    }
}
