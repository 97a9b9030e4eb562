using Gantry.Agent.Logs;
using Gantry.Agent.Metrics;
using Gantry.Agent.Tests.Support;
using Gantry.Conformance.Records;
using Gantry.Store.Records;
using Gantry.Store.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gantry.Agent.Tests.Metrics;

/// <summary>A child of a container is killed by the kernel, and the container lives on.</summary>
public sealed class OutOfMemoryWatchTests(TestHost host)
{
    private static CancellationToken Token => TestHost.Token;

    [Fact]
    public async Task Kill_InAContainerThatLivesOn_IsToldInItsLogAndAsAnEventOnce()
    {
        await using var services = Services();
        foreach (var service in services.GetServices<IHostedService>().OfType<PlatformLog>())
            await service.StartAsync(Token);
        var watch = services.GetRequiredService<OutOfMemoryWatch>();
        var app = Samples.App();
        await services.GetRequiredService<IAccountStore>().AddUserAsync(Samples.User(), null, Token);
        await services.GetRequiredService<IAppStore>().AddAsync(app, Token);
        var spec = host.Spec("while true; do while [ ! -e /tmp/go ]; do sleep 0.05; done; rm /tmp/go; head -c 200m /dev/zero | tail > /dev/null; echo lost one; done");
        await services.GetRequiredService<IContainerStore>().AddAsync(
            [Samples.Container(app: app.Id.Value) with { Id = spec.Id, Index = 1, StartedAt = DateTimeOffset.UtcNow.AddMinutes(-1) }], Token);
        await host.Runtime.StartAsync(spec, Token);

        await watch.LookAsync(await host.Runtime.SampleAsync(Token), Token);
        for (var kill = 1; kill <= 2; kill++)
        {
            await File.WriteAllTextAsync(Path.Combine(await host.Runtime.HostPathAsync(spec.Id, "/tmp", Token), "go"), "", Token);
            await host.OutputAsync(spec, o => o.Split("lost one").Length - 1 == kill);
            await watch.LookAsync(await host.Runtime.SampleAsync(Token), Token);
        }

        IReadOnlyList<LogLine> lines = [];
        await Until.TrueAsync(async () => (lines = await services.GetRequiredService<IAppLog>().TailAsync(app.Id, LogFilter.All, 10, Token)).Count == 2, "Its log never had two lines.");
        Assert.All(lines, l => Assert.Matches(
            @"^\[gantry\] web-1 lost process tail \(resident [1-9]\d MB\), killed by the kernel \d+ s after its start: memory use reached the limit of 64 MB\. The container runs on\. Make it use less memory, or give it a larger size\.$", l.Text));
        var (events, _) = await services.GetRequiredService<IEventStore>().ListByAppAsync(app.Id, null, 1, 10, Token);
        Assert.Equal("out_of_memory", Assert.Single(events).Type);
        Assert.Contains("process tail", events[0].DataJson);
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

    private ServiceProvider Services()
    {
        var folder = Directory.CreateDirectory(Path.Combine(host.Directory, "oom")).FullName;
        return new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System)
            .AddSqliteStore(o => o.DatabasePath = Path.Combine(folder, "gantry.db"))
            .AddAppLog(o => o.Directory = Path.Combine(folder, "logs"))
            .AddSingleton<OutOfMemoryWatch>().BuildServiceProvider();
    }
}
