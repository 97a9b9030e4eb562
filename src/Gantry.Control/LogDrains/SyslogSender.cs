using System.Buffers;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Gantry.Agent.Logs;
using Gantry.Domain.Logs;

namespace Gantry.Control.LogDrains;

/// <summary>
/// RFC 5424 over UDP (one message a datagram), TCP (a line each) or TLS (octet-counted, RFC 5425); GELF over TLS. These
/// protocols acknowledge nothing: what was on its way when a receiver died is lost.
/// </summary>
internal sealed class SyslogSender(DrainNetwork network, LogDrainAddress address, string app) : ILogSender
{
    private const int MaxDatagram = 8192, PrivateEnterprise = 32473;
    private readonly string _data = address.Token.Length == 0 ? "-"
        : address.IsOvhSyslog ? $"[gantry@{PrivateEnterprise} X-OVH-TOKEN=\"{Escape(address.Token)}\"]"
        : $"[gantry@{PrivateEnterprise} token=\"{Escape(address.Token)}\"]";
    private Socket? _socket;
    private Stream? _stream;

    public Task SendAsync(IReadOnlyList<LogLine> lines, CancellationToken token) =>
        address.Kind == LogDrainKind.SyslogUdp ? SendDatagramsAsync(lines, token) : SendStreamAsync(lines, token);

    public async ValueTask DisposeAsync()
    {
        if (_stream is not null) await CloseAsync(_stream);
        _socket?.Dispose();
        (_socket, _stream) = (null, null);
    }

    /// <summary><c>&lt;14&gt;1 TIME APP SOURCE - - [data] TEXT</c></summary>
    internal byte[] Message(LogLine line) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"<14>1 {line.At.UtcDateTime:yyyy-MM-ddTHH:mm:ss.ffffffZ} {app} {line.Source} - - {_data} {line.Text}"));

    private async Task SendDatagramsAsync(IReadOnlyList<LogLine> lines, CancellationToken token)
    {
        try
        {
            _socket ??= await network.ConnectAsync(address.Host, address.Port, ProtocolType.Udp, token);
            foreach (var line in lines)
            {
                var message = Message(line);
                await _socket.SendAsync(message.AsMemory(0, Math.Min(message.Length, MaxDatagram)), token);
            }
        }
        catch (SocketException e)
        {
            throw new DrainException($"{address.Shown} does not take datagrams: {e.Message}", inner: e);
        }
    }

    private async Task SendStreamAsync(IReadOnlyList<LogLine> lines, CancellationToken token)
    {
        try
        {
            if (IsClosed) await DisposeAsync();
            if (_stream is null) await ConnectAsync(token);
            var batch = new ArrayBufferWriter<byte>();
            foreach (var line in lines) Frame(batch, line);
            await _stream!.WriteAsync(batch.WrittenMemory, token);
            await _stream.FlushAsync(token);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            await DisposeAsync();
            token.ThrowIfCancellationRequested();
            throw new DrainException($"The connection to {address.Shown} broke: {e.Message}", inner: e);
        }
    }

    private static async Task CloseAsync(Stream stream)
    {
        try
        {
            // Without a goodbye, receivers take the connection for broken and may forget its last lines.
            if (stream is SslStream secure) await secure.ShutdownAsync();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // It is broken.
        }
        await stream.DisposeAsync();
    }

    private async Task ConnectAsync(CancellationToken token)
    {
        var socket = await network.ConnectAsync(address.Host, address.Port, ProtocolType.Tcp, token);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (address.Kind != LogDrainKind.SyslogTcp) stream = await network.SecureAsync(stream, address.Host, token);
        (_socket, _stream) = (socket, stream);
        _ = ReadAsync(stream);
    }

    /// <summary>True when the receiver has closed: what is written then goes nowhere, and nobody says so.</summary>
    private bool IsClosed => _socket is not null && _socket.Poll(0, SelectMode.SelectRead) && _socket.Available == 0;

    /// <summary>Receivers say nothing that matters, but what TLS itself says has to be read.</summary>
    private static async Task ReadAsync(Stream stream)
    {
        try
        {
            var answers = new byte[256];
            while (await stream.ReadAsync(answers) > 0) { }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The connection has ended; the next batch begins another.
        }
    }

    private void Frame(ArrayBufferWriter<byte> batch, LogLine line)
    {
        if (address.Kind == LogDrainKind.Gelf && !address.IsOvhSyslog)
        {
            batch.Write(LogJson.Gelf(line, app, address.Token));
            batch.Write("\0"u8);
            return;
        }
        var message = Message(line);
        if (address.Kind != LogDrainKind.SyslogTcp) batch.Write(Encoding.ASCII.GetBytes($"{message.Length} "));
        batch.Write(message);
        if (address.Kind == LogDrainKind.SyslogTcp) batch.Write("\n"u8);
    }

    private static string Escape(string text) => text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("]", "\\]");
}
