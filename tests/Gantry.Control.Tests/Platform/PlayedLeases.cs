using Gantry.Coordination;

namespace Gantry.Control.Tests.Platform;

/// <summary>Leases that the test may take away.</summary>
internal sealed class PlayedLeases : ILeases
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Held> _held = [];
    private long _last;
    private Predicate<string> _elsewhere = _ => false;

    /// <summary>Whether this process may lead.</summary>
    public bool IsHeld => IsHeldHere("control");

    public bool IsHeldHere(string name)
    {
        lock (_gate)
            return _held.ContainsKey(name);
    }

    public ValueTask<ILease?> TryAcquireAsync(string name, CancellationToken token)
    {
        lock (_gate)
            return ValueTask.FromResult<ILease?>(_elsewhere(name) || _held.ContainsKey(name) ? null : _held[name] = new Held(this, name, ++_last));
    }

    /// <summary>Another process has all of them from now on.</summary>
    public void Lose()
    {
        List<Held> held;
        lock (_gate)
            (held, _elsewhere) = ([.. _held.Values], _ => true);
        held.ForEach(h => h.Lose());
    }

    /// <param name="only">Which of them; null for all.</param>
    public void GiveBack(string? only = null)
    {
        lock (_gate)
            _elsewhere = only is null ? _ => false : name => name != only;
    }

    private sealed class Held(PlayedLeases leases, string name, long number) : ILease
    {
        private readonly CancellationTokenSource _lost = new();

        public long FencingToken => number;

        public CancellationToken Lost => _lost.Token;

        public void Lose() => _lost.Cancel();

        public ValueTask DisposeAsync()
        {
            lock (leases._gate)
            {
                if (leases._held.GetValueOrDefault(name) == this)
                    leases._held.Remove(name);
            }

            return ValueTask.CompletedTask;
        }
    }
}
