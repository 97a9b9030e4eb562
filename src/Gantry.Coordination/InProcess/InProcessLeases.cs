using System.Collections.Concurrent;

namespace Gantry.Coordination.InProcess;

/// <summary>Leases among the rooms of one process: holder and lease live and die together.</summary>
internal sealed class InProcessLeases : ILeases
{
    private readonly ConcurrentDictionary<string, Lease> _held = new(StringComparer.Ordinal);

    /// <remarks>From the clock on, so that tokens grow from one run of the program to the next, unless the clock was set back.</remarks>
    private long _lastToken = TimeProvider.System.GetUtcNow().UtcTicks;

    public ValueTask<ILease?> TryAcquireAsync(string name, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        if (_held.ContainsKey(name))
            return ValueTask.FromResult<ILease?>(null);
        var lease = new Lease(this, name);
        if (!_held.TryAdd(name, lease))
            return ValueTask.FromResult<ILease?>(null);
        // Numbered once it is held: the one before got its number before it gave the lease back.
        lease.FencingToken = Interlocked.Increment(ref _lastToken);
        return ValueTask.FromResult<ILease?>(lease);
    }

    private sealed class Lease(InProcessLeases leases, string name) : ILease
    {
        public long FencingToken { get; set; }

        /// <remarks>Never: nobody can take a lease away inside one process.</remarks>
        public CancellationToken Lost => CancellationToken.None;

        public ValueTask DisposeAsync()
        {
            // By name and holder: a second disposal must not free what somebody else took since.
            leases._held.TryRemove(new(name, this));
            return ValueTask.CompletedTask;
        }
    }
}
