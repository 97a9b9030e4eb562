using System.Net.Sockets;
using System.Text;

namespace Gantry.Api.Tests.Support;

/// <summary>Attaches as the public command line client does: CONNECT in path form, then raw bytes.</summary>
internal sealed class AttachClient : IDisposable
{
    private readonly TcpClient _tcp = new();
    private NetworkStream _stream = null!;

    public static async Task<AttachClient> ConnectAsync(Uri url, string secret)
    {
        var client = new AttachClient();
        await client._tcp.ConnectAsync(url.Host, url.Port);
        client._stream = client._tcp.GetStream();
        var basic = Convert.ToBase64String(Encoding.ASCII.GetBytes(":" + secret));
        await client.SendAsync(
            $"CONNECT {url.AbsolutePath} HTTP/1.1\r\nHost: {url.Authority}\r\nUser-Agent: Go-http-client/1.1\r\nAuthorization: Basic {basic}\r\n\r\n");
        return client;
    }

    public async Task SendAsync(string text) => await _stream.WriteAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>What one read of the socket gives; empty at the end.</summary>
    public async Task<string> ReadAsync()
    {
        var buffer = new byte[65536];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return Encoding.UTF8.GetString(buffer, 0, await _stream.ReadAsync(buffer, limit.Token));
    }

    public async Task<string> ReadToEndAsync()
    {
        var text = new StringBuilder();
        for (var part = await ReadAsync(); part.Length > 0; part = await ReadAsync())
            text.Append(part);
        return text.ToString();
    }

    public void Dispose()
    {
        _stream.Dispose();
        _tcp.Dispose();
    }
}
