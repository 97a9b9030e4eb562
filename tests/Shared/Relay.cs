using System.Net;
using System.Net.Sockets;

namespace Gantry.Tests;

/// <summary>A way to a server on this machine that can be cut: what is under way then arrives when it is mended, like in a network.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private readonly IPEndPoint _target;
    private volatile TaskCompletionSource? _mended;

    public Relay(int port)
        : this(new IPEndPoint(IPAddress.Loopback, port))
    {
    }

    public Relay(IPEndPoint target)
    {
        _target = target;
        _listener.Start();
        _accepting = Task.Run(AcceptAsync);
    }

    public string Address => $"{_listener.LocalEndpoint}";

    public string Url => $"http://{Address}";

    public void Cut() => _mended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Mend() => _mended?.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var pairs = new List<Task>();
        try
        {
            while (true)
                pairs.Add(JoinAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
        }
        finally
        {
            await Task.WhenAll(pairs).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task JoinAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient();
        await far.ConnectAsync(_target, _stopping.Token);
        await Task.WhenAny(PumpAsync(near.GetStream(), far.GetStream()), PumpAsync(far.GetStream(), near.GetStream()));
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[65536];
        while (await from.ReadAsync(buffer, _stopping.Token) is var read and > 0)
        {
            if (_mended is { } mended)
                await mended.Task.WaitAsync(_stopping.Token);
            await to.WriteAsync(buffer.AsMemory(0, read), _stopping.Token);
        }
    }
}
