using Gantry.Bus;
using Gantry.Control.Containers;
using Gantry.Control.Work;
using Gantry.Domain;
using Gantry.Domain.Deployments;
using Gantry.Store.Records;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Deployments;

/// <summary>Starts queued deployments: one at a time per app, a bounded number per owner, oldest first.</summary>
internal sealed partial class DeploymentLoop(
    DeploymentRun run, RuntimeObserver observer, IAppStore apps, IDeploymentStore deployments, IBus bus, TimeProvider time, IOptions<ControlOptions> options,
    ILogger<DeploymentLoop> logger) : BackgroundService
{
    private static readonly TimeSpan Resync = TimeSpan.FromSeconds(10);

    private readonly Dictionary<DeploymentId, Running> _running = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await observer.Known.WaitAsync(stoppingToken).ConfigureAwait(false);
        var wakeup = new Wakeup(bus, n => n is DeploymentChanged, time, stoppingToken);
        await using var _ = wakeup.ConfigureAwait(false);
        try
        {
            while (true)
            {
                await Patience.UntilDoneAsync(() => StepAsync(stoppingToken), time, logger, stoppingToken).ConfigureAwait(false);
                await wakeup.WaitAsync(Resync).ConfigureAwait(false);
            }
        }
        finally
        {
            await Task.WhenAll(_running.Values.Select(r => r.Task)).ConfigureAwait(false);
            foreach (var running in _running.Values)
                running.Abort.Dispose();
        }
    }

    private async Task StepAsync(CancellationToken stopping)
    {
        foreach (var (id, running) in _running.Where(r => r.Value.Task.IsCompleted).ToList())
        {
            await running.Task.ConfigureAwait(false);
            running.Abort.Dispose();
            _running.Remove(id);
        }

        foreach (var deployment in await deployments.ListUnfinishedAsync(stopping).ConfigureAwait(false))
            await ConsiderAsync(deployment, stopping).ConfigureAwait(false);
    }

    private async Task ConsiderAsync(Deployment deployment, CancellationToken stopping)
    {
        if (_running.TryGetValue(deployment.Id, out var running))
        {
            if (deployment.AbortRequested)
                await running.Abort.CancelAsync().ConfigureAwait(false);
            return;
        }

        var app = await apps.FindByIdAsync(deployment.AppId, stopping).ConfigureAwait(false);
        var owner = app?.OwnerId ?? default;
        var busy = _running.Values.Any(r => r.AppId == deployment.AppId)
            || _running.Values.Count(r => r.Owner == owner) >= options.Value.MaxConcurrentDeploymentsPerOwner;
        if (busy && !deployment.AbortRequested)
            return;
        Start(deployment, owner, stopping);
    }

    private void Start(Deployment deployment, UserId owner, CancellationToken stopping)
    {
        var abort = new CancellationTokenSource();
        if (deployment.AbortRequested)
            abort.Cancel();
        var task = Task.Run(() => RunAsync(deployment, abort.Token, stopping), CancellationToken.None);
        _running[deployment.Id] = new Running(deployment.AppId, owner, abort, task);
    }

    private async Task RunAsync(Deployment deployment, CancellationToken abort, CancellationToken stopping)
    {
        try
        {
            await run.RunAsync(deployment, abort, stopping).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.IsTransient)
        {
            // Its record says how far it came: when the records answer again, it is begun again from there.
            Log.Interrupted(logger, deployment.Id.Value, e);
        }

        // The loop may have looked before this task ended: let it look again, so that the next in the queue starts.
        bus.Publish(new DeploymentChanged(deployment.AppId, deployment.Id, deployment.Status));
    }

    private sealed record Running(AppId AppId, UserId Owner, CancellationTokenSource Abort, Task Task);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Deployment {Deployment} was interrupted, because the records do not answer; it goes on when they do")]
        public static partial void Interrupted(ILogger logger, string deployment, Exception e);
    }
}
