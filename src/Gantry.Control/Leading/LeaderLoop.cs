using Gantry.Control.Hosts.Remote;
using Gantry.Coordination;
using Gantry.Store.Records;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gantry.Control.Leading;

/// <summary>
/// Waits for the lease and leads for as long as it is held. The loops that change something live in a term: they are made when it
/// begins and thrown away when it ends, so that none can believe what it decided in an earlier one (docs/decisions/0008).
/// </summary>
internal sealed partial class LeaderLoop(
    ILeases leases, ITermStore terms, Leadership leadership, HostSessions sessions, IServiceScopeFactory scopes, TimeProvider time, ILogger<LeaderLoop> logger)
    : BackgroundService
{
    private const string LeaseName = "control";
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(500);

    private readonly Succession _succession = new(leases, terms, time);
    private bool _standsBy;
    private string? _obstacle;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            if (await TryTakeAsync(stoppingToken).ConfigureAwait(false) is { } lease)
            {
                await using var _ = lease.ConfigureAwait(false);
                await LeadAsync(lease, stoppingToken).ConfigureAwait(false);
            }

            await Task.Delay(_look, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _succession.WithdrawAsync().ConfigureAwait(false);
    }

    /// <returns>Null when another process has it, nobody can tell who has, or the records are out of reach, without which nobody can lead.</returns>
    private async Task<ILease?> TryTakeAsync(CancellationToken token)
    {
        try
        {
            await _succession.LookAsync(token).ConfigureAwait(false);
            var lease = await leases.TryAcquireAsync(LeaseName, token).ConfigureAwait(false);
            if (lease is null && !_standsBy)
                Log.StandsBy(logger, (await leadership.FindAsync(token).ConfigureAwait(false))?.Holder ?? "another process");
            _standsBy = lease is null;
            await (lease is null ? _succession.OfferAsync(token) : _succession.WithdrawAsync()).ConfigureAwait(false);
            return lease;
        }
        catch (StoreException e)
        {
            await _succession.WithdrawAsync().ConfigureAwait(false);
            Tell(e, token);
            return null;
        }
        catch (Exception e) when (e is CoordinationException or OperationCanceledException)
        {
            Tell(e, token);
            return null;
        }
    }

    /// <summary>Once, as long as it stays the same.</summary>
    private void Tell(Exception obstacle, CancellationToken token)
    {
        if (!token.IsCancellationRequested && _obstacle != obstacle.Message)
            Log.NotTaken(logger, _obstacle = obstacle.Message);
    }

    private async Task LeadAsync(ILease lease, CancellationToken stopping)
    {
        if (await TryBeginAsync(lease, stopping).ConfigureAwait(false) is not { } begun)
            return;
        using var term = new Term(begun.Number, lease.Lost);
        term.Enter();
        var scope = scopes.CreateAsyncScope();
        await using var _ = scope.ConfigureAwait(false);
        _obstacle = null;
        Log.Leads(logger, term.Number);
        leadership.Begin(term, scope.ServiceProvider);
        sessions.Lead(term);
        var loops = scope.ServiceProvider.GetServices<BackgroundService>().ToList();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(term.Ended, stopping);
        var makingRoom = MakeRoomAsync(term, lease, over.Token);
        try
        {
            foreach (var loop in loops)
                await loop.StartAsync(term.Ended).ConfigureAwait(false);
            await UntilOverAsync(loops, term, stopping).ConfigureAwait(false);
        }
        finally
        {
            leadership.End();
            sessions.Lead(null);
            await over.CancelAsync().ConfigureAwait(false);
            await makingRoom.ConfigureAwait(false);
            foreach (var loop in loops.AsEnumerable().Reverse())
                await StopAsync(loop, term).ConfigureAwait(false);
            if (!stopping.IsCancellationRequested)
                Log.Over(logger, term.Number);
        }
    }

    /// <summary>At once: the loops may wait long for answers that do not come. The records refuse what they still write when another term has begun.</summary>
    private async Task MakeRoomAsync(Term term, ILease lease, CancellationToken over)
    {
        if (!await _succession.IsDueAsync(over).ConfigureAwait(false))
            return;
        Log.MakesRoom(logger);
        term.End();
        await lease.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Without the records nobody can lead: the lease is given back, for whoever reaches them. Hosts remember terms that records do not know
    /// after a backup was restored: what counts on from the clock is above all of them, whatever engine gave out the tokens before.
    /// </summary>
    private async Task<LeaderTerm?> TryBeginAsync(ILease lease, CancellationToken token)
    {
        try
        {
            var now = time.GetUtcNow();
            return await terms.BeginAsync(Leadership.ProcessName, Math.Max(lease.FencingToken, now.UtcTicks), now, token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            Tell(e, token);
            return null;
        }
    }

    /// <summary>A loop that fails in its term stops the process, as any loop does.</summary>
    private static async Task UntilOverAsync(IEnumerable<BackgroundService> loops, Term term, CancellationToken stopping)
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var ended = term.Ended.Register(() => over.TrySetResult());
        using var stopped = stopping.Register(() => over.TrySetResult());
        var running = loops.Select(l => l.ExecuteTask!).Append(over.Task).ToList();
        while (!over.Task.IsCompleted)
        {
            var first = await Task.WhenAny(running).ConfigureAwait(false);
            running.Remove(first);
            if (first.IsFaulted && !term.Ended.IsCancellationRequested)
                await first.ConfigureAwait(false);
        }
    }

    /// <summary>In order where there is time for it. When the term is over nothing is: what a loop still meets then has no meaning.</summary>
    private static async Task StopAsync(BackgroundService loop, Term term)
    {
        try
        {
            await loop.StopAsync(term.Ended).ConfigureAwait(false);
        }
        catch (Exception) when (term.Ended.IsCancellationRequested)
        {
            // The process that leads next looks at everything anew.
        }

        await (loop.ExecuteTask ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "This process leads: the term {Term} begins")]
        public static partial void Leads(ILogger logger, long term);

        [LoggerMessage(2, LogLevel.Warning, "This process leads no more: the term {Term} is over")]
        public static partial void Over(ILogger logger, long term);

        [LoggerMessage(3, LogLevel.Information, "This process stands by: {Holder} leads")]
        public static partial void StandsBy(ILogger logger, string holder);

        [LoggerMessage(5, LogLevel.Warning, "This process does not reach the records, and another one does: it makes room for that one")]
        public static partial void MakesRoom(ILogger logger);

        [LoggerMessage(4, LogLevel.Warning, "This process cannot lead now and tries again: {Reason}")]
        public static partial void NotTaken(ILogger logger, string reason);
    }
}
