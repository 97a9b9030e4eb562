using Gantry.Coordination;

namespace Gantry.Control.Tests.Platform;

/// <summary>Leases that the test may take away.</summary>
internal sealed class PlayedLeases : ILeases
{
    private readonly Lock _gate = new();
    private Held? _held;
    private long _last;
    private bool _elsewhere;

    public bool IsHeld
    {
        get
        {
            lock (_gate)
                return _held is not null;
        }
    }

    public ValueTask<ILease?> TryAcquireAsync(string name, CancellationToken token)
    {
        lock (_gate)
            return ValueTask.FromResult<ILease?>(_held is null && !_elsewhere ? _held = new Held(this, ++_last) : null);
    }

    /// <summary>Another process has it from now on.</summary>
    public void Lose()
    {
        Held? held;
        lock (_gate)
            (held, _elsewhere) = (_held, true);
        held?.Lose();
    }

    public void GiveBack()
    {
        lock (_gate)
            _elsewhere = false;
    }

    private sealed class Held(PlayedLeases leases, long number) : ILease
    {
        private readonly CancellationTokenSource _lost = new();

        public long FencingToken => number;

        public CancellationToken Lost => _lost.Token;

        public void Lose() => _lost.Cancel();

        public ValueTask DisposeAsync()
        {
            lock (leases._gate)
                leases._held = null;
            return ValueTask.CompletedTask;
        }
    }
}
