using Gantry.Agent.Metrics;
using Gantry.Agent.Runtime;
using Gantry.Conformance.Records;
using Gantry.Control.Hosts;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Scheduling.Model;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Control.Tests.Hosts;

/// <summary>What the samples of containers make of their host.</summary>
public sealed class HotspotTests : IAsyncDisposable
{
    private static readonly double AllCores = Environment.ProcessorCount * 100;

    private readonly ControlHost _host = new();

    [Fact]
    public async Task Host_HotOnCpu_RaisesAnAlarmOfThePeriodicPass()
    {
        var (app, container) = await StartAsync();
        await _host.StartAsync();

        await Until.TrueAsync(
            async () =>
            {
                _host.Metrics.Containers = [Sample(app, container, AllCores)];
                _host.Time.Advance(TimeSpan.FromSeconds(10));
                return (await AlarmsAsync()).Count > 0;
            },
            "an alarm");

        Assert.Contains("host-1 is hot on cpu and no host can take a container of it", Assert.Single(await AlarmsAsync()));
        Assert.Empty(_host.FailedLoops);
    }

    [Fact]
    public async Task Alarm_WhileItLasts_IsToldOnceAndAgainWhenItComesBack()
    {
        await _host.AddAppAsync();
        var alarms = _host.Get<HostAlarms>();

        await alarms.NoteAsync(["hot"], ControlHost.Token);
        await alarms.NoteAsync(["hot", "hotter"], ControlHost.Token);
        Assert.Equal(2, (await AlarmsAsync()).Count);
        await alarms.NoteAsync([], ControlHost.Token);
        await alarms.NoteAsync(["hot"], ControlHost.Token);

        Assert.Equal(3, (await AlarmsAsync()).Count);
    }

    [Fact]
    public async Task Hotspots_AskedFor_ShowHeatForecastAndAlarm()
    {
        var (app, container) = await StartAsync();
        for (var i = 0; i < 6; i++)
        {
            _host.Metrics.Containers = [Sample(app, container, AllCores)];
            await _host.Get<IHostPlanner>().ListAsync(ControlHost.Token);
            _host.Time.Advance(TimeSpan.FromSeconds(10));
        }

        var report = await _host.Get<IHostPlanner>().HotspotsAsync(ControlHost.Token);

        var cpu = report.Heat.Single(h => h.Resource == "cpu");
        Assert.Equal((true, AllCores * 10, AllCores * 10), (cpu.IsHot, cpu.Used, cpu.Forecast));
        Assert.False(report.Heat.Single(h => h.Resource == "memory").IsHot);
        Assert.Empty(report.Moves);
        Assert.Single(report.Alarms);
        var used = Assert.Single(await _host.Get<IHostPlanner>().ListAsync(ControlHost.Token)).Resources.Single(r => r.Resource == "memory");
        Assert.Equal((512L << 20, 100L << 20), (used.Reserved, used.Used));
    }

    [Fact]
    public async Task Repacking_OfOneHost_MovesNothingAndSaysWhatStays()
    {
        await StartAsync();
        var planner = _host.Get<IHostPlanner>();

        var plan = (await planner.RepackAsync(new RepackQuestion("fewest-hosts", 1, 40, false), ControlHost.Token)).Value;
        var unknown = await planner.RepackAsync(new RepackQuestion("most-hosts", 1, 40, false), ControlHost.Token);
        var nonsense = await planner.RepackAsync(new RepackQuestion("balance", 2, 40, false), ControlHost.Token);

        Assert.Equal((1, 1, 0), (plan.HostsBefore, plan.HostsAfter, plan.Waves.Count));
        Assert.StartsWith("host-1 keeps 1 container: no other host is in use.", Assert.Single(plan.Kept));
        Assert.Contains("fewest-hosts, convex-cost, balance", unknown.Refusal!.Message);
        Assert.Contains("MaxMovedShare is 2", nonsense.Refusal!.Message);
    }

    [Fact]
    public async Task Snapshot_Exported_IsWhatTheSchedulerReads()
    {
        var (app, container) = await StartAsync();

        var snapshot = SnapshotSerializer.ReadSnapshot((await _host.Get<IHostPlanner>().SnapshotAsync(ControlHost.Token)).Span).Value;

        Assert.Equal((container.Id.Value, app.Name.Value, "host-1"), (snapshot.Containers[0].Id, snapshot.Containers[0].App, snapshot.Containers[0].Host));
    }

    [Fact]
    public void Profiles_AfterARestart_AreRebuiltFromTheSeries()
    {
        var (app, id) = (Samples.App(), new ContainerId("c-1"));
        var values = default(MetricValues);
        (values[(int)ContainerMetric.Cpu], values[(int)ContainerMetric.MemoryBytes]) = (50, 1000);
        var metrics = new PlayedMetrics();
        metrics.Series[(app.Id, "web-1")] = [new MetricPoint(Samples.Now.AddHours(-2), values), new MetricPoint(Samples.Now.AddSeconds(-10), values)];
        metrics.Containers = [Rates(app, id, Samples.Now, 60, 2000)];
        var profiles = new ContainerProfiles(metrics);

        profiles.Sample(Samples.Now);
        metrics.Containers = [Rates(app, id, Samples.Now.AddSeconds(1), 70, 3000)];
        profiles.Sample(Samples.Now.AddSeconds(1));

        Assert.Equal([500f, 600f], profiles.Of(id)[0]!.Window);
        Assert.Equal([1000f, 2000f], profiles.Of(id)[1]!.Window);
        metrics.Containers = [];
        profiles.Sample(Samples.Now.AddSeconds(10));
        Assert.Empty(profiles.Of(id));
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>A worker, which needs no open port to stay.</summary>
    private async Task<(App App, Container Container)> StartAsync()
    {
        var app = await _host.AddAppAsync();
        await _host.Apps.SetFormationAsync(app.Id, [new ProcessFormation("worker", 1, "M", "work")], ControlHost.Token);
        return (app, await _host.StepAsync((await _host.AddContainerAsync(app, "worker")).Id));
    }

    private async Task<IReadOnlyList<string>> AlarmsAsync() =>
        [.. (await _host.Get<IEventStore>().ListByUserAsync(Samples.User().Id, 1, 100, ControlHost.Token)).Page
            .Where(e => e.Type == HostAlarms.EventType).Select(e => e.DataJson)];

    private ContainerRates Sample(App app, Container container, double cpuPercent) => Rates(app, container.Id, _host.Time.GetUtcNow(), cpuPercent, 100 << 20);

    private static ContainerRates Rates(App app, ContainerId id, DateTimeOffset at, double cpuPercent, long memory) =>
        new(new ContainerUsage(id, at, 0, memory, memory, 512 << 20, 0, 0, 0, 1), app.Id, "web-1", cpuPercent, 0, 0, 0, 0);
}
