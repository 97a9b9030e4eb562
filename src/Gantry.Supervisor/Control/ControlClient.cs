using System.Net.Sockets;

namespace Gantry.Supervisor.Control;

/// <summary>One connected agent: assembles its lines, and queues what its socket cannot take yet.</summary>
internal sealed class ControlClient
{
    private const int MaxQueued = 64 * 1024 * 1024;
    private readonly EventLoop _loop;
    private readonly Socket _socket;
    private readonly Action<ControlClient, ReadOnlyMemory<byte>> _onLine;
    private readonly Action<ControlClient> _onClosed;
    private readonly Queue<ReadOnlyMemory<byte>> _output = [];
    private byte[] _input = new byte[16 * 1024];
    private int _length;
    private int _queued;
    private bool _closed;

    public ControlClient(EventLoop loop, Socket socket, Action<ControlClient, ReadOnlyMemory<byte>> onLine, Action<ControlClient> onClosed)
    {
        (_loop, _socket, _onLine, _onClosed) = (loop, socket, onLine, onClosed);
        loop.Add((int)socket.Handle, Receive);
    }

    public void Send(ReadOnlyMemory<byte> data)
    {
        if (_closed)
            return;
        _output.Enqueue(data);
        _queued += data.Length;
        if (_queued > MaxQueued)
            Close();
        else if (_output.Count == 1)
            Flush();
    }

    private void Receive()
    {
        if (_length == _input.Length)
            Array.Resize(ref _input, _length * 2);
        var count = _socket.Receive(_input.AsSpan(_length), SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
            return;
        if (count == 0 || error != SocketError.Success)
        {
            Close();
            return;
        }
        _length += count;
        TakeLines();
    }

    private void TakeLines()
    {
        var start = 0;
        for (int end; (end = _input.AsSpan(start, _length - start).IndexOf((byte)'\n')) >= 0; start += end + 1)
            _onLine(this, _input.AsMemory(start, end));
        _input.AsSpan(start, _length - start).CopyTo(_input);
        _length -= start;
    }

    private void Flush()
    {
        while (!_closed && _output.TryPeek(out var data))
        {
            var count = _socket.Send(data.Span, SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
                count = 0;
            else if (error != SocketError.Success)
            {
                Close();
                return;
            }
            _queued -= count;
            if (count < data.Length)
            {
                Requeue(data[count..]);
                return;
            }
            _output.Dequeue();
        }
        if (!_closed)
            _loop.SetWritable((int)_socket.Handle, null);
    }

    /// <summary>Keeps the rest of the first item in front, and waits until the socket takes more.</summary>
    private void Requeue(ReadOnlyMemory<byte> rest)
    {
        var others = _output.Skip(1).ToArray();
        _output.Clear();
        _output.Enqueue(rest);
        foreach (var other in others)
            _output.Enqueue(other);
        _loop.SetWritable((int)_socket.Handle, Flush);
    }

    private void Close()
    {
        if (_closed)
            return;
        _closed = true;
        _loop.Remove((int)_socket.Handle);
        _socket.Dispose();
        _onClosed(this);
    }
}
