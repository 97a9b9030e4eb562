using Gantry.Agent.Logs;
using Gantry.Conformance.Records;
using Gantry.Control.LogDrains;
using Gantry.Domain;
using Gantry.Domain.Logs;
using Gantry.Store.Records;
using Gantry.Store.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gantry.Control.Tests.LogDrains;

/// <summary>The loop, the store and the log of one folder; a second one on the same folder is the daemon after a restart.</summary>
internal sealed class DrainHost : IAsyncDisposable
{
    public static readonly AppId App = Samples.App().Id;
    private readonly ServiceProvider _services;
    private readonly List<IHostedService> _started = [];

    private DrainHost(string folder, Action<LogDrainOptions> configure, bool serves)
    {
        var services = new ServiceCollection().AddLogging();
        services.AddSqliteStore(o => o.DatabasePath = Path.Combine(folder, "gantry.db"));
        services.AddAppLog(o => o.Directory = Path.Combine(folder, "logs"));
        services.AddLogDrains().Configure(configure);
        if (!serves) services.Remove(services.Single(service => service.ImplementationType == typeof(LogDrainLoop)));
        _services = services.BuildServiceProvider();
    }

    public IAppLog Log => _services.GetRequiredService<IAppLog>();

    public ILogDrainStore Drains => _services.GetRequiredService<ILogDrainStore>();

    public static async Task<DrainHost> StartAsync(string folder, Action<LogDrainOptions>? configure = null, bool serves = true)
    {
        var isNew = !File.Exists(Path.Combine(folder, "gantry.db"));
        var host = new DrainHost(
            folder,
            o =>
            {
                (o.AllowOwnAddresses, o.LookEvery) = (true, TimeSpan.FromMilliseconds(100));
                configure?.Invoke(o);
            },
            serves);
        // As in a term that lasts as long as the process.
        foreach (var service in host._services.GetServices<IHostedService>().Concat(host._services.GetServices<BackgroundService>()))
        {
            await service.StartAsync(CancellationToken.None);
            host._started.Add(service);
        }
        if (!isNew) return host;
        await host._services.GetRequiredService<IAccountStore>().AddUserAsync(Samples.User("alice"), null, CancellationToken.None);
        await host._services.GetRequiredService<IAppStore>().AddAsync(Samples.App(), CancellationToken.None);
        return host;
    }

    public async Task<bool> AddAsync(string url)
    {
        var end = await Log.EndAsync(App, LogFilter.All, CancellationToken.None);
        return await Drains.AddAsync(new LogDrain(url, App, url, end.ToString(), DateTimeOffset.UtcNow), CancellationToken.None);
    }

    public void Write(int first, int count)
    {
        for (var i = first; i < first + count; i++) Log.Append(App, "web-1", $"line {i}: grün \"quoted\"");
    }

    /// <summary>What the app was told about its drains.</summary>
    public async Task<IReadOnlyList<string>> ToldAsync() =>
        [.. (await Log.TailAsync(App, LogFilter.Parse(DrainRun.Source), 100, CancellationToken.None)).Select(line => line.Text)];

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _started.AsEnumerable().Reverse()) await service.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
    }
}
