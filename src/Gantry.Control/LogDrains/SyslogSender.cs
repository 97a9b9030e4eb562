using System.Buffers;
using System.Globalization;
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
    private Socket? _datagrams;
    private Stream? _stream;
    private bool _isClosed;

    public Task SendAsync(IReadOnlyList<LogLine> lines, CancellationToken token) =>
        address.Kind == LogDrainKind.SyslogUdp ? SendDatagramsAsync(lines, token) : SendStreamAsync(lines, token);

    public async ValueTask DisposeAsync()
    {
        _datagrams?.Dispose();
        if (_stream is not null) await _stream.DisposeAsync();
        _stream = null;
    }

    /// <summary><c>&lt;14&gt;1 TIME APP SOURCE - - [data] TEXT</c></summary>
    internal byte[] Message(LogLine line) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"<14>1 {line.At.UtcDateTime:yyyy-MM-ddTHH:mm:ss.ffffffZ} {app} {line.Source} - - {_data} {line.Text}"));

    private async Task SendDatagramsAsync(IReadOnlyList<LogLine> lines, CancellationToken token)
    {
        try
        {
            _datagrams ??= await network.ConnectAsync(address.Host, address.Port, ProtocolType.Udp, token);
            foreach (var line in lines)
            {
                var message = Message(line);
                await _datagrams.SendAsync(message.AsMemory(0, Math.Min(message.Length, MaxDatagram)), token);
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
            if (_isClosed) await DisposeAsync();
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

    private async Task ConnectAsync(CancellationToken token)
    {
        _stream = await network.ConnectStreamAsync(address.Host, address.Port, address.Kind != LogDrainKind.SyslogTcp, token);
        _isClosed = false;
        _ = WatchAsync(_stream);
    }

    /// <summary>A receiver that has closed is noticed before the next batch is written into nothing.</summary>
    private async Task WatchAsync(Stream stream)
    {
        try
        {
            var answers = new byte[256];
            while (await stream.ReadAsync(answers) > 0) { }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It is closed, one way or the other.
        }
        if (stream == _stream) _isClosed = true;
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
