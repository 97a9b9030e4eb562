using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Gantry.Bench;

/// <summary>Sends lines of 100 bytes as syslog over TLS, as Docker frames them, over one connection for each tag.</summary>
internal static class Sender
{
    private const int LinesAtOnce = 300;

    public static async Task RunAsync(int port, long lines, IReadOnlyList<string> tags)
    {
        List<SslStream> streams = [];
        foreach (var _ in tags)
        {
            var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port);
            var stream = new SslStream(client.GetStream(), false, (_, _, _, _) => true);
            await stream.AuthenticateAsClientAsync("localhost");
            streams.Add(stream);
        }

        Console.WriteLine("ready");
        Console.ReadLine();
        await Task.WhenAll(streams.Zip(tags, (stream, tag) => Task.Run(() => SendAsync(stream, tag, lines / tags.Count))));
    }

    private static async Task SendAsync(SslStream stream, string tag, long lines)
    {
        // With its end, a line is 100 bytes when it is kept.
        var message = $"<30>1 2026-11-24T14:00:00.123456Z host {tag} 4711 {tag} - {new string('x', 99)}";
        var frame = Encoding.ASCII.GetBytes($"{message.Length} {message}");
        var block = Enumerable.Repeat(frame, LinesAtOnce).SelectMany(f => f).ToArray();
        for (; lines > 0; lines -= LinesAtOnce)
            await stream.WriteAsync(block.AsMemory(0, frame.Length * (int)Math.Min(lines, LinesAtOnce)));
        await stream.ShutdownAsync();
        // A socket that is closed with something unread, as TLS 1.3 sends after the greeting, takes back what it has not delivered yet.
        while (await stream.ReadAsync(frame) > 0)
        {
        }

        stream.Dispose();
    }
}
