using System.Net;
using System.Net.Sockets;
using Gantry.Bus;
using Gantry.Conformance;
using Gantry.Conformance.Records;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Domain.Deployments;
using Gantry.Store.Records;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Gantry.Control.Tests.Work;

/// <summary>The database is restarted while apps serve: Control waits for it and goes on.</summary>
public sealed class OutageTests : IAsyncDisposable
{
    private readonly ControlHost _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Records_AreAwayForAWhile_EveryLoopGoesOnAfterwards()
    {
        var app = await _host.AddAppAsync();
        await _host.StartAsync();
        await Until.TrueAsync(() => Task.FromResult(_host.Runtime.Started.Count == 1), "the first container");

        _host.Records.AreAway = true;
        var bus = _host.Get<IBus>();
        bus.Publish(new AppChanged(app.Id));
        bus.Publish(new ContainerChanged(_host.Runtime.Started.Single().Id));
        bus.Publish(new DeploymentChanged(app.Id, new DeploymentId("d-1"), DeploymentStatus.Queued));
        await PassAsync(() => _host.Records.Refused > 20, "many refused questions");
        Assert.Empty(_host.FailedLoops);
        _host.Records.AreAway = false;
        await _host.AddAppAsync("my-app-2");

        await PassAsync(() => _host.Runtime.Started.Count == 2, "the container of the second app");
        await PassAsync(() => _host.Get<LastRoutes>().Table.Hosts.Count == 2, "the route of the second app");
        Assert.Empty(_host.FailedLoops);
    }

    [Fact]
    public async Task Records_AreAwayDuringARollout_TheDeploymentGoesOnToSuccess()
    {
        var app = await _host.AddAppAsync(webs: 1);
        await _host.StartAsync();
        var deployment = await _host.QueueAsync(app, new DeploymentSource(SourceKind.Image, "im-" + app.Name));
        await PassAsync(() => _host.Runtime.Started.Count == 2, "the container of the deployment");

        _host.Records.AreAway = true;
        await PassAsync(() => _host.Records.Refused > 20, "many refused questions");
        _host.Records.AreAway = false;
        using var port = new TcpListener(IPAddress.Loopback, _host.Get<IOptions<ControlOptions>>().Value.ContainerPort);
        port.Start();

        await PassAsync(async () => (await _host.Deployments.FindAsync(deployment.Id, ControlHost.Token))!.Status >= DeploymentStatus.Success, "the end of the deployment");
        Assert.Equal(DeploymentStatus.Success, (await _host.Deployments.FindAsync(deployment.Id, ControlHost.Token))!.Status);
    }

    /// <summary>The step that is tried again finds nothing left to do, and all apps are looked at only every 30 s.</summary>
    [Fact]
    public async Task Container_ThatIsReady_Serves_ThoughNobodyWasToldWhetherThatWasWritten()
    {
        var app = await _host.AddAppAsync();
        await _host.StartAsync();
        await PassAsync(async () => (await _host.Containers.ListLiveAsync(app.Id, ControlHost.Token)).Any(c => c.StartedAt is not null), "the container boots");
        var lost = 0;
        _host.Records.Unanswered = m => m.Name == nameof(IContainerStore.UpdateAsync) && Interlocked.Increment(ref lost) == 1;
        using var port = new TcpListener(IPAddress.Loopback, _host.Get<IOptions<ControlOptions>>().Value.ContainerPort);
        port.Start();

        var began = _host.Time.GetUtcNow();
        await Until.TrueAsync(
            () =>
            {
                if (_host.Time.GetUtcNow() - began < TimeSpan.FromSeconds(20))
                    _host.Time.Advance(TimeSpan.FromMilliseconds(100));
                return _host.Get<LastRoutes>().Table?.Hosts.Values.Any(r => r.Targets.Count > 0) == true;
            },
            "its route");
        Assert.True(lost > 0);
    }

    /// <summary>The loop has another half that goes on for ever, and the other loops ask something else.</summary>
    [Fact]
    public async Task Records_ThatAreDamaged_EndTheLoopThatFindsOut_AndSoTheProcess()
    {
        var app = await _host.AddAppAsync();
        await _host.StartAsync();
        await PassAsync(() => _host.Runtime.Started.Count == 1, "the first container");

        _host.Records.Broken = m => m.Name == nameof(IContainerStore.ListUnsettledAsync);
        _host.Get<IBus>().Publish(new AppChanged(app.Id));

        await PassAsync(() => _host.FailedLoops.Any(e => e.ToString().Contains("The database is damaged.", StringComparison.Ordinal)), "a loop ends with the failure");
    }

    private Task PassAsync(Func<bool> condition, string what) => PassAsync(() => Task.FromResult(condition()), what);

    /// <summary>Lets the played time pass, in steps that no timeout of a boot falls into.</summary>
    private Task PassAsync(Func<Task<bool>> condition, string what) => Until.TrueAsync(
        async () =>
        {
            _host.Time.Advance(TimeSpan.FromMilliseconds(100));
            return await condition();
        },
        what);
}
