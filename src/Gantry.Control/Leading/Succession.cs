using Gantry.Coordination;
using Gantry.Store.Records;

namespace Gantry.Control.Leading;

/// <summary>
/// Who leads and loses the way to the records would keep the lease, while another process could lead. So one that stands by and reaches
/// them holds a lease of its own: the leader that does not reach them sees by it that there is somebody to make room for
/// (docs/decisions/0008).
/// </summary>
internal sealed class Succession(ILeases leases, ITermStore terms, TimeProvider time)
{
    private const string LeaseName = "control-next";

    private static readonly TimeSpan _answer = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    /// <summary>More than a restart of the database takes, and than others need to notice that they do not reach it either.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private ILease? _offer;

    /// <summary>Asks the records. Where no packet comes back, a call ends long after anybody would wait for it.</summary>
    /// <exception cref="StoreException">They do not answer.</exception>
    public async Task LookAsync(CancellationToken token)
    {
        try
        {
            await terms.FindAsync(token).WaitAsync(_answer, time, token).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new StoreException($"The records have not answered for {_answer.TotalSeconds:0} s. Look at the database and the way to it.", isTransient: true, e);
        }
    }

    /// <summary>For a process that stands by and reaches the records. Repeatable; of several one makes the offer.</summary>
    /// <exception cref="CoordinationException">Nobody can be told.</exception>
    public async Task OfferAsync(CancellationToken token)
    {
        if (_offer?.Lost.IsCancellationRequested == true)
            await WithdrawAsync().ConfigureAwait(false);
        _offer ??= await leases.TryAcquireAsync(LeaseName, token).ConfigureAwait(false);
    }

    /// <summary>For a process that leads, or could not. Repeatable.</summary>
    public async Task WithdrawAsync()
    {
        if (_offer is { } offer)
            await offer.DisposeAsync().ConfigureAwait(false);
        _offer = null;
    }

    /// <summary>For the leader: waits until it has not reached the records for a while, and another process says that it does.</summary>
    /// <returns>False when the time was over before.</returns>
    public async Task<bool> IsDueAsync(CancellationToken over)
    {
        var reached = time.GetTimestamp();
        while (!over.IsCancellationRequested)
        {
            if (await ReachesAsync(over).ConfigureAwait(false))
                reached = time.GetTimestamp();
            // Once more after the offer: whoever makes it may just have been the first to see the records come back.
            else if (time.GetElapsedTime(reached) >= _patience && await IsOfferedAsync(over).ConfigureAwait(false) && !await ReachesAsync(over).ConfigureAwait(false))
                return !over.IsCancellationRequested;
            await Task.Delay(_pause, time, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return false;
    }

    private async Task<bool> ReachesAsync(CancellationToken token)
    {
        try
        {
            await LookAsync(token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            // Whatever asks for something else says so.
            return false;
        }
    }

    private async Task<bool> IsOfferedAsync(CancellationToken token)
    {
        try
        {
            var free = await leases.TryAcquireAsync(LeaseName, token).ConfigureAwait(false);
            if (free is not null)
                await free.DisposeAsync().ConfigureAwait(false);
            return free is null;
        }
        catch (Exception e) when (e is CoordinationException or OperationCanceledException)
        {
            // Without leases nobody could take over, and this term ends soon.
            return false;
        }
    }
}
