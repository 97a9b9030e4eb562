using System.Collections.Concurrent;

namespace Gantry.Coordination.InProcess;

/// <summary>Leases among the rooms of one process: holder and lease live and die together.</summary>
internal sealed class InProcessLeases : ILeases
{
    private readonly ConcurrentDictionary<string, Lease> _held = new(StringComparer.Ordinal);

    public ValueTask<ILease?> TryAcquireAsync(string name, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        var lease = new Lease(this, name);
        return ValueTask.FromResult<ILease?>(_held.TryAdd(name, lease) ? lease : null);
    }

    private sealed class Lease(InProcessLeases leases, string name) : ILease
    {
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
