using System.Threading.Channels;

namespace Gantry.Control.Work;

/// <summary>Keys that wait for one reader, each once however often it was added.</summary>
internal sealed class Pending<TKey>
{
    private readonly Lock _gate = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private HashSet<TKey> _keys = [];

    public void Add(TKey key)
    {
        lock (_gate)
            _keys.Add(key);
        _signal.Writer.TryWrite(true);
    }

    /// <summary>All that were added since it returned last, as soon as there are some.</summary>
    public async Task<IReadOnlyCollection<TKey>> TakeAsync(CancellationToken token)
    {
        await _signal.Reader.ReadAsync(token).ConfigureAwait(false);
        lock (_gate)
        {
            var taken = _keys;
            _keys = [];
            return taken;
        }
    }
}
