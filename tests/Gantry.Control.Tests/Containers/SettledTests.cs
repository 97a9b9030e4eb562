using System.Collections.Concurrent;
using Gantry.Bus;
using Gantry.Conformance;
using Gantry.Control.Containers;
using Gantry.Control.Formation;
using Gantry.Control.Tests.Platform;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Control.Tests.Containers;

/// <summary>Of a hundred thousand containers nearly all simply run: what is asked about them must not grow with their number.</summary>
public sealed class SettledTests : IAsyncDisposable
{
    private readonly ControlHost _host = new();
    private readonly ConcurrentQueue<string> _asked = new();

    public SettledTests() => _host.Records.Broken = m =>
    {
        _asked.Enqueue(m.Name);
        return false;
    };

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Containers_ThatSimplyRun_AreNotLookedAtOneByOne()
    {
        await RunAsync(workers: 3);
        _asked.Clear();
        for (var round = 0; round < 10; round++)
        {
            foreach (var spec in _host.Runtime.Started)
                _host.Get<IBus>().Publish(new ContainerChanged(spec.Id));
            await PassAsync(15);
        }

        Assert.Contains(nameof(IContainerStore.ListAsync), _asked);
        Assert.Contains(nameof(IContainerStore.ListUnsettledAsync), _asked);
        Assert.DoesNotContain(nameof(IContainerStore.FindAsync), _asked);
        Assert.DoesNotContain(nameof(IAppStore.GetFormationAsync), _asked);
    }

    [Fact]
    public async Task Container_ThatAnotherProcessWantsGone_Ends_ThoughItSimplyRan()
    {
        await RunAsync(workers: 1);
        _host.Raw("UPDATE containers SET wanted = 0");
        _host.Get<IBus>().Publish(new ContainerChanged(_host.Runtime.Started.Single().Id));
        await Until.TrueAsync(
            async () =>
            {
                // Less than until the records are looked at without being told.
                _host.Time.Advance(TimeSpan.FromMilliseconds(20));
                return (await _host.Containers.FindAsync(_host.Runtime.Started.First().Id, ControlHost.Token))!.State >= ContainerState.Stopping;
            },
            "it ends");
    }

    [Fact]
    public async Task App_WhoseFormationChangedUnheard_IsBroughtToItWithinAMinute()
    {
        var app = await RunAsync(workers: 1);
        await _host.Apps.SetFormationAsync(app.Id, [new ProcessFormation("worker", 2, "M", "work")], ControlHost.Token);
        await PassAsync(70);
        await Until.TrueAsync(() => _host.Runtime.Started.Count == 2, "the second container");
    }

    [Fact]
    public async Task Bandwidth_ChangedUnheard_ReachesContainersThatSimplyRun()
    {
        var app = await RunAsync(workers: 2);
        await _host.Apps.UpdateAsync(app.Id, a => a with { BitsPerSecond = 10_000_000 }, ControlHost.Token);
        await PassAsync(15);
        await Until.TrueAsync(() => _host.Runtime.Bandwidths.Count(b => b.BitsPerSecond == 10_000_000) == 2, "both have it");
    }

    [Fact]
    public async Task App_AboutWhichNothingIsToBeDone_CostsNoReadingOfItsContainers()
    {
        var app = await RunAsync(workers: 3);
        await _host.Get<LiveContainers>().ReadAsync(ControlHost.Token);
        _asked.Clear();
        await _host.Get<AppReconciler>().ReconcileAsync(app.Id, ControlHost.Token);
        Assert.DoesNotContain(nameof(IContainerStore.ListLiveAsync), _asked);

        await _host.Apps.SetFormationAsync(app.Id, [new ProcessFormation("worker", 4, "M", "work")], ControlHost.Token);
        await _host.Get<AppReconciler>().ReconcileAsync(app.Id, ControlHost.Token);
        Assert.Contains(nameof(IContainerStore.ListLiveAsync), _asked);
        Assert.Equal(4, (await _host.Containers.ListLiveAsync(app.Id, ControlHost.Token)).Count);
    }

    [Fact]
    public async Task Host_ThatRepeatsWhatItRuns_WakesNobody()
    {
        await RunAsync(workers: 2);
        var (one, other) = (_host.Runtime.Started.First().Id, _host.Runtime.Started.Last().Id);
        var notifications = _host.Get<IBus>().Subscribe(ControlHost.Token);
        for (var i = 0; i < 50; i++)
            _host.Runtime.Repeat(one);
        _host.Runtime.Exit(other, 0);
        await foreach (var notification in notifications)
        {
            Assert.NotEqual(new ContainerChanged(one), notification);
            if (notification is ContainerChanged changed && changed.ContainerId == other)
                return;
        }
    }

    private async Task<App> RunAsync(int workers)
    {
        var app = await _host.AddAppAsync(webs: 0);
        await _host.Apps.SetFormationAsync(app.Id, [new ProcessFormation("worker", workers, "M", "work")], ControlHost.Token);
        await _host.StartAsync();
        await Until.TrueAsync(
            async () =>
            {
                _host.Time.Advance(TimeSpan.FromSeconds(1));
                var live = await _host.Containers.ListLiveAsync(app.Id, ControlHost.Token);
                return live.Count(c => c.State == ContainerState.Running) == workers
                    && (await _host.Apps.FindByIdAsync(app.Id, ControlHost.Token))!.Status == AppStatus.Running;
            },
            "all run");
        // Past the whole read of each minute, which is over when this returns.
        await PassAsync(105);
        return app;
    }

    /// <summary>In steps in which the loop of containers looks at all of them, and each is waited for.</summary>
    private async Task PassAsync(double seconds)
    {
        for (var passed = 0; passed < seconds; passed += 15)
        {
            var rounds = Rounds();
            _host.Time.Advance(TimeSpan.FromSeconds(15));
            await Until.TrueAsync(() => Rounds() > rounds, "a round of the loops");
        }
    }

    private int Rounds() => _asked.Count(a => a == nameof(IAppStore.ListAllAsync));
}
