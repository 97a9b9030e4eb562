using System.Globalization;
using CsCheck;
using Gantry.Agent.Metrics;
using Gantry.Build;
using Gantry.Conformance;
using Gantry.Conformance.Records;
using Gantry.Control.Metering;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Domain.Usage;
using Gantry.Store.Records;
using Gantry.Store.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace Gantry.Control.Tests.Metering;

public sealed class UsageMeterTests
{
    private static readonly DateTimeOffset Always = DateTimeOffset.MaxValue.AddYears(-1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private enum What { StartWeb, StartOneOff, StartBuild, Settle, CrashInSettle, End, EndUnseen, Remove, CrashInRemove, Restart, PowerCut, MoveClock, Wait }

    private static readonly Gen<(What What, int Which, double Seconds)[]> Lives = Gen.Select(
        Gen.Enum<What>(), Gen.Int[0, 1000], Gen.Double[0, 30]).Array[5, 60];

    /// <summary>Random lives of containers, with the daemon, the supervisor, the host and the clock failing at random moments.</summary>
    [Fact]
    public async Task Lives_WithAnyCrashes_AreBilledToTheSecond() => await Lives.SampleAsync(
        async life =>
        {
            await using var world = await World.MakeAsync();
            foreach (var (what, which, seconds) in life)
                await world.StepAsync(what, which, seconds);
            await world.CheckAsync();
        },
        iter: 60, threads: 1);

    [Fact]
    public async Task PowerCut_OfAContainerInService_LosesNoMoreThanTheTimeSinceTheHeartbeat()
    {
        await using var world = await World.MakeAsync();
        await world.StepAsync(What.StartWeb, 0, 0);
        for (var beat = 0; beat < 100; beat++)
        {
            await world.StepAsync(What.Settle, 0, 0);
            world.Host.Advance(10);
        }

        await world.StepAsync(What.PowerCut, 1, 3600);
        await world.StepAsync(What.Settle, 0, 0);
        Assert.Equal(990, await world.BilledAsync());
    }

    [Fact]
    public async Task Container_ThatRunsWhenTheDaemonIsKilled_GoesOnInItsRecord()
    {
        await using var world = await World.MakeAsync();
        await world.StepAsync(What.StartWeb, 0, 0);
        await world.StepAsync(What.Settle, 0, 0);
        await world.StepAsync(What.Restart, 0, 0);
        world.Host.Advance(7200);
        await world.StepAsync(What.Settle, 0, 0);
        var period = Assert.Single(await world.Usage.ListAsync(DateTimeOffset.UnixEpoch, Always, 10, Token));
        Assert.Equal((7200, true), (period.Seconds, period.Open));
    }

    /// <summary>The platform's database and what runs on its host.</summary>
    private sealed class World : IAsyncDisposable
    {
        private readonly TempDirectory _folder = new();
        private ServiceProvider _services;
        private int _made;

        private World() => _services = Start();

        public SimulatedHost Host { get; } = new();
        public IUsageStore Usage => _services.GetRequiredService<IUsageStore>();

        public static async Task<World> MakeAsync()
        {
            var world = new World();
            await world._services.GetRequiredService<IAccountStore>().AddUserAsync(Samples.User(), null, Token);
            await world._services.GetRequiredService<IAppStore>().AddAsync(Samples.App(), Token);
            return world;
        }

        public async Task StepAsync(What what, int which, double seconds)
        {
            var alive = Host.Alive.ToList();
            var any = alive.Count == 0 ? null : alive[which % alive.Count];
            var known = Host.Runs.Count == 0 ? default : Host.Runs[which % Host.Runs.Count].Id;
            await (what switch
            {
                What.StartWeb => StartAsync("web"),
                What.StartOneOff => StartAsync(ProcessTypes.OneOff),
                What.StartBuild => StartBuildAsync(),
                What.Settle => SettleAsync(Usage),
                What.CrashInSettle => CrashAsync(SettleAsync),
                What.Remove => RemoveAsync(Usage, known),
                What.CrashInRemove => CrashAsync(usage => RemoveAsync(usage, known)),
                What.Restart => RestartAsync(),
                What.End => Do(() => { if (any is not null) Host.End(any, seen: true); }),
                What.EndUnseen => Do(() => { if (any is not null) Host.End(any, seen: false); }),
                What.PowerCut => Do(() => Host.CutPower(seconds * 100, listed: which % 2 == 0)),
                What.MoveClock => Do(() => Host.MoveClock((which - 500) * 100.25)),
                _ => Task.CompletedTask,
            });
            Host.Advance(seconds);
        }

        /// <summary>Each container has one record, and all seconds that can be known are billed once.</summary>
        public async Task CheckAsync()
        {
            await SettleAsync(Usage);
            var now = Math.Floor(Host.Uptime.TotalSeconds);
            var periods = await Usage.ListAsync(DateTimeOffset.UnixEpoch, Always, int.MaxValue, Token);
            var billed = periods.ToDictionary(p => p.Subject.ContainerId, p => p.Seconds);
            Assert.All(Host.Runs, run => Assert.Equal((run.Id, run.Seconds(now)), (run.Id, billed.GetValueOrDefault(run.Id))));
            Assert.Equal(Host.Runs.Sum(r => r.Seconds(now)), await BilledAsync());
            Assert.All(periods, p => Assert.Equal(p.Subject.ContainerId.Value.Split('-')[0], p.Subject.Type));
        }

        public async Task<long> BilledAsync() => (await Usage.SumAsync(DateTimeOffset.UnixEpoch, Always, true, Token)).Sum(t => t.Seconds);

        public async ValueTask DisposeAsync()
        {
            await _services.DisposeAsync();
            _folder.Dispose();
        }

        private static Task Do(Action action)
        {
            action();
            return Task.CompletedTask;
        }

        private async Task StartAsync(string type)
        {
            var id = Next(type == ProcessTypes.OneOff ? "one" : type);
            await _services.GetRequiredService<IContainerStore>().AddAsync([Samples.Container(id.Value) with { Type = type == "web" ? "web" : "one" }], Token);
            Host.Start(id);
        }

        private async Task StartBuildAsync()
        {
            var id = Next("build");
            await Meter(Usage).AnnounceBuildAsync(id, Samples.App(), Token);
            Host.Start(id);
        }

        private ContainerId Next(string type) => new(string.Create(CultureInfo.InvariantCulture, $"{type}-{_made++}"));

        private async Task SettleAsync(IUsageStore usage)
        {
            await Meter(usage).SettleAsync(Host, Token);
            Host.LastSeen = (long)Host.Uptime.TotalSeconds;
        }

        private Task RemoveAsync(IUsageStore usage, ContainerId id) => new MeteredRuntime(Host, FarHosts.None, Meter(usage)).RemoveAsync(id, Token);

        private async Task RestartAsync()
        {
            await _services.DisposeAsync();
            _services = Start();
        }

        /// <summary>The daemon is killed just before it writes.</summary>
        private async Task CrashAsync(Func<IUsageStore, Task> work)
        {
            try
            {
                await work(Interceptor<IUsageStore>.Before(Usage, nameof(IUsageStore.ApplyAsync), () => throw new Killed()));
            }
            catch (Killed)
            {
                await RestartAsync();
            }
        }

        private UsageMeter Meter(IUsageStore usage) => new(
            usage, _services.GetRequiredService<IContainerStore>(), _services.GetRequiredService<IAppStore>(), Host, Host,
            Options.Create(new BuildOptions()), NullLogger<UsageMeter>.Instance);

        private ServiceProvider Start() =>
            new ServiceCollection().AddSqliteStore(o => o.DatabasePath = _folder.Of("gantry.db")).BuildServiceProvider();
    }

    private sealed class Killed : Exception;
}
