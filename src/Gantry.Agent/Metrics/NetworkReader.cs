namespace Gantry.Agent.Metrics;

/// <summary>Bytes that a container received and sent since it has its interface.</summary>
internal sealed class NetworkReader : IDisposable
{
    private readonly NetworkCounters _source;
    private readonly byte[] _device;
    private readonly CounterFile? _received, _sent;

    /// <remarks>An interface that is gone already counts nothing.</remarks>
    public NetworkReader(NetworkCounters source)
    {
        _source = source;
        _device = System.Text.Encoding.ASCII.GetBytes(source.Device + ":");
        _received = CounterFile.TryOpen(source.Mirrored ? source.Path + "/tx_bytes" : source.Path);
        _sent = source.Mirrored ? CounterFile.TryOpen(source.Path + "/rx_bytes") : null;
    }

    public (long Received, long Sent) Read(Span<byte> buffer)
    {
        try
        {
            return _source.Mirrored ? (_received?.Number(buffer) ?? 0, _sent?.Number(buffer) ?? 0) : ReadTable(buffer);
        }
        catch (IOException)
        {
            // The interface went with the container's last process; its control group is about to.
            return (0, 0);
        }
    }

    public void Dispose()
    {
        _received?.Dispose();
        _sent?.Dispose();
    }

    /// <summary>A line of <c>net/dev</c>: the name, eight numbers of what was received, and eight of what was sent.</summary>
    private (long Received, long Sent) ReadTable(Span<byte> buffer)
    {
        if (_received is null)
            return (0, 0);
        var text = _received.Read(buffer);
        var at = text.IndexOf(_device);
        if (at < 0)
            return (0, 0);
        var (received, column) = (0L, 0);
        foreach (var range in text[(at + _device.Length)..].Split((byte)' '))
        {
            var word = text[(at + _device.Length)..][range];
            if (word.IsEmpty)
                continue;
            if (column == 0)
                received = CounterText.Number(word);
            if (column++ == 8)
                return (received, CounterText.Number(word));
        }

        return (received, 0);
    }
}
