using System.Text;
using Gantry.Logs.Tests.Support;

namespace Gantry.Logs.Tests;

public sealed class SyslogAbuseTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly Kept _kept;

    public SyslogAbuseTests() => _kept = new Kept(_scratch);

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("99999999999999999999 <13>")]
    [InlineData("10000000 ")]
    public async Task OctetCount_Huge_ClosesTheConnection(string begin)
    {
        await using var host = await SyslogHost.StartAsync(_scratch);
        await using var stream = await host.ConnectAsync();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(begin), TestContext.Current.CancellationToken);

        await UntilClosed(stream);
        await OthersAreHeard(host);
    }

    [Fact]
    public async Task OctetCount_LessThanWasSaid_IsKeptAsFarAsItCame()
    {
        await using var host = await SyslogHost.StartAsync(_scratch);
        var tag = host.Register("web-1");
        await using (var stream = await host.ConnectAsync())
            await stream.WriteAsync(SyslogHost.Counted(tag, "half a message").AsMemory()[..^4], TestContext.Current.CancellationToken);

        await Until.TrueAsync(async () => (await _kept.Tail(1)).Count == 1, "it is kept");
        Assert.Equal("half a mes", (await _kept.Tail(1))[0].Text);
        await OthersAreHeard(host);
    }

    [Fact]
    public async Task Rubbish_OfAnyKind_IsCountedAndTheConnectionClosed()
    {
        await using var host = await SyslogHost.StartAsync(_scratch);
        var random = new Random(7);
        for (var i = 0; i < 50; i++)
        {
            await using var stream = await host.ConnectAsync();
            var bytes = new byte[random.Next(1, 5000)];
            random.NextBytes(bytes);
            await stream.WriteAsync(bytes, TestContext.Current.CancellationToken);
        }
        await using (var lines = await host.ConnectAsync())
        {
            await lines.WriteAsync(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("GET / HTTP/1.1\n", 100))), TestContext.Current.CancellationToken);
            await UntilClosed(lines);
        }

        await Until.TrueAsync(() => host.Listener.Connections == 0, "all are gone");
        Assert.True(host.Listener.Counters.MalformedCount >= 100);
        await OthersAreHeard(host);
    }

    [Fact]
    public async Task SlowLoris_OneByteNowAndThen_IsClosedWhileASilentSenderStays()
    {
        await using var host = await SyslogHost.StartAsync(_scratch, options => options.FrameTimeout = TimeSpan.FromSeconds(1));
        var tag = host.Register("web-1");
        await using var silent = await host.ConnectAsync();
        await using var noHandshake = await Connect(host.Listener.SecureEndpoint.Port);
        await using var slow = await host.ConnectAsync();
        var message = SyslogHost.Counted(tag, new string('x', 50_000));
        await Assert.ThrowsAsync<IOException>(() => Drip(slow, message));
        await UntilClosed(noHandshake);
        await silent.WriteAsync(SyslogHost.Counted(tag, "still here"), TestContext.Current.CancellationToken);
        await Until.TrueAsync(async () => (await _kept.Tail(10)).Any(line => line.Text == "still here"), "the silent one is heard");
    }

    [Fact]
    public async Task Connections_MoreThanAllowed_StrangersMakeRoomAndSendersStay()
    {
        await using var host = await SyslogHost.StartAsync(_scratch, options => options.MaxConnections = 20);
        var tag = host.Register("web-1");
        await using var sender = await host.ConnectAsync();
        await sender.WriteAsync(SyslogHost.Counted(tag, "first"), TestContext.Current.CancellationToken);
        await Until.TrueAsync(async () => (await _kept.Tail(1)).Count == 1, "it is known");
        var strangers = new List<Stream>();
        for (var i = 0; i < 100; i++) strangers.Add(await host.ConnectAsync());
        await Until.TrueAsync(() => host.Listener.Counters.ClosedCount >= 80, "strangers made room");
        await OthersAreHeard(host);
        await sender.WriteAsync(SyslogHost.Counted(tag, "second"), TestContext.Current.CancellationToken);

        await Until.TrueAsync(async () => (await _kept.Tail(1, "web-1"))[0].Text == "second", "the sender stayed");
        Assert.InRange(host.Listener.Connections, 1, 21);
        Assert.True(host.Listener.Counters.ClosedCount >= 80);
        foreach (var stranger in strangers) await stranger.DisposeAsync();
    }

    private static async Task Drip(Stream stream, byte[] bytes)
    {
        foreach (var b in bytes)
        {
            await stream.WriteAsync(new[] { b }, TestContext.Current.CancellationToken);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private async Task OthersAreHeard(SyslogHost host)
    {
        var tag = host.Register("worker-9", "c9");
        await using var stream = await host.ConnectSecurelyAsync();
        await stream.WriteAsync(SyslogHost.Counted(tag, "hello"), TestContext.Current.CancellationToken);
        await Until.TrueAsync(async () => (await _kept.Tail(1, "worker-9")).Count == 1, "others are heard");
    }

    private static async Task<Stream> Connect(int port)
    {
        var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
        return client.GetStream();
    }

    private static async Task UntilClosed(Stream stream)
    {
        try
        {
            while (await stream.ReadAsync(new byte[16], TestContext.Current.CancellationToken).AsTask().WaitAsync(Until.Limit, TestContext.Current.CancellationToken) > 0) { }
        }
        catch (IOException)
        {
            // Reset: closed with bytes unread.
        }
    }
}
