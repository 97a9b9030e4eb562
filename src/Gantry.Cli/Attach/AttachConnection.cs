using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Gantry.Cli.Http;

namespace Gantry.Cli.Attach;

/// <summary>
/// The wire of an attached one-off: an HTTP <c>CONNECT</c> on a path, then raw bytes both ways. No HTTP library speaks this
/// form, so the head is written and read here.
/// </summary>
internal sealed class AttachConnection : IAsyncDisposable
{
    private const int LongestHead = 16 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TcpClient _tcp;

    private AttachConnection(TcpClient tcp, Stream stream, byte[] first) => (_tcp, Stream, First) = (tcp, stream, first);

    public Stream Stream { get; }

    /// <summary>Output that arrived together with the head.</summary>
    public byte[] First { get; }

    public static async Task<AttachConnection> OpenAsync(Uri address, string jwt, CancellationToken token)
    {
        var tcp = new TcpClient { NoDelay = true };
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
            limit.CancelAfter(Limit);
            await tcp.ConnectAsync(address.Host, address.Port, limit.Token);
            tcp.Client.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            var stream = await SecureAsync(tcp.GetStream(), address, limit.Token);
            await stream.WriteAsync(Request(address, jwt), limit.Token);
            return new AttachConnection(tcp, stream, await ReadHeadAsync(stream, address, limit.Token));
        }
        catch (Exception e)
        {
            tcp.Dispose();
            throw e is CliError || token.IsCancellationRequested ? e : ApiErrors.Unreachable(address, e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        _tcp.Dispose();
    }

    private static async Task<Stream> SecureAsync(NetworkStream plain, Uri address, CancellationToken token)
    {
        if (address.Scheme != "https")
            return plain;
        var secure = new SslStream(plain);
        await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = address.Host }, token);
        return secure;
    }

    private static byte[] Request(Uri address, string jwt) => Encoding.ASCII.GetBytes(
        $"CONNECT {address.PathAndQuery} HTTP/1.1\r\nHost: {address.Authority}\r\nUser-Agent: gantry/{HttpClients.Version}\r\n" +
        $"Authorization: {ApiClient.Basic("", jwt)}\r\n\r\n");

    /// <summary>Reads to the blank line after the head; what lies beyond it is the program's first output.</summary>
    private static async Task<byte[]> ReadHeadAsync(Stream stream, Uri address, CancellationToken token)
    {
        var buffer = new byte[LongestHead];
        for (var length = 0; length < buffer.Length;)
        {
            var count = await stream.ReadAsync(buffer.AsMemory(length), token);
            if (count == 0)
                throw new CliError(ExitCode.ServerFault, $"{address.Authority} closed the connection to the one-off before it began.",
                    "Its address is valid for one attach only; try the command again.");
            length += count;
            if (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) is >= 0 and var end)
            {
                await DemandSuccessAsync(stream, Encoding.ASCII.GetString(buffer, 0, end), buffer.AsMemory((end + 4)..length), address, token);
                return buffer[(end + 4)..length];
            }
        }

        throw new CliError(ExitCode.ServerFault, $"{address.Authority} answered something that is not the attach protocol.");
    }

    private static async Task DemandSuccessAsync(Stream stream, string head, ReadOnlyMemory<byte> rest, Uri address, CancellationToken token)
    {
        var status = int.TryParse(head.Split(' ', 3).ElementAtOrDefault(1), out var number) ? number : 0;
        if (status == 200)
            return;
        using var response = new HttpResponseMessage((System.Net.HttpStatusCode)status)
        {
            RequestMessage = new HttpRequestMessage(HttpMethod.Connect, address),
        };
        throw ApiErrors.FromAnswer(response, await ReadBodyAsync(stream, head, rest, token));
    }

    private static async Task<string> ReadBodyAsync(Stream stream, string head, ReadOnlyMemory<byte> rest, CancellationToken token)
    {
        var line = head.Split("\r\n").FirstOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        var length = Math.Min(LongestHead, line is not null && int.TryParse(line.AsSpan(15), out var announced) ? announced : rest.Length);
        var body = new byte[Math.Max(length, rest.Length)];
        rest.CopyTo(body);
        await stream.ReadAtLeastAsync(body.AsMemory(rest.Length), Math.Max(0, length - rest.Length), throwOnEndOfStream: false, token);
        return Encoding.UTF8.GetString(body);
    }
}
