using Gantry.Agent.Logs;
using Gantry.Domain.Logs;
using Gantry.Store.Records;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Control.LogDrains;

/// <summary>Compares the drains on record with those that are served, and starts and ends the difference.</summary>
internal sealed partial class LogDrainLoop(
    ILogDrainStore drains, IAppStore apps, IAppLog log, DrainNetwork network, IOptions<LogDrainOptions> options, TimeProvider clock,
    ILogger<LogDrainLoop> logger) : BackgroundService
{
    private readonly Dictionary<string, (Task Run, CancellationTokenSource Stop)> _runs = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.LookEvery, clock);
        try
        {
            do await ReconcileAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        finally
        {
            foreach (var id in _runs.Keys.ToList()) await EndAsync(id);
        }
    }

    private async Task ReconcileAsync(CancellationToken token)
    {
        try
        {
            var wanted = (await drains.ListIdsAsync(token)).ToHashSet();
            // One that has failed is begun anew.
            foreach (var id in _runs.Where(run => run.Value.Run.IsCompleted || !wanted.Contains(run.Key)).Select(run => run.Key).ToList()) await EndAsync(id);
            foreach (var id in wanted.Where(id => !_runs.ContainsKey(id)))
            {
                var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
                _runs[id] = (ServeAsync(id, stop.Token), stop);
            }
        }
        catch (StoreException e) when (e.IsTransient)
        {
            Log.NotListed(logger, e);
        }
    }

    private async Task EndAsync(string id)
    {
        _runs.Remove(id, out var run);
        await run.Stop.CancelAsync();
        await run.Run;
        run.Stop.Dispose();
    }

    private async Task ServeAsync(string id, CancellationToken token)
    {
        await Task.Yield();
        try
        {
            if (await drains.FindAsync(id, token) is not { } drain || LogDrainAddress.Parse(drain.Url) is not { Refusal: null } address) return;
            var app = (await apps.FindByIdAsync(drain.AppId, token))?.Name.Value ?? drain.AppId.Value;
            await using var sender = Sender(address.Value, app);
            await new DrainRun(drain, sender, log, drains, options.Value, clock).RunAsync(token);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // The drain was removed or the process stops.
        }
        catch (Exception e) when (e is StoreException or IOException or UnauthorizedAccessException or FormatException)
        {
            Log.Failed(logger, id, e);
        }
    }

    private ILogSender Sender(LogDrainAddress address, string app) => address.Kind <= LogDrainKind.Gelf
        ? new SyslogSender(network, address, app)
        : new HttpSender(network, address, app, options.Value);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The log drains could not be listed; it is tried again")]
        public static partial void NotListed(ILogger logger, Exception e);

        [LoggerMessage(2, LogLevel.Error, "The log drain {Id} could not be served; it is tried again")]
        public static partial void Failed(ILogger logger, string id, Exception e);
    }
}
