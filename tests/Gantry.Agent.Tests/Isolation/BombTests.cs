using System.Diagnostics;
using System.Net.Sockets;
using Gantry.Agent.Tests.Support;

namespace Gantry.Agent.Tests.Isolation;

/// <summary>
/// A container that takes all it can get of something: it comes to an end of it, and its neighbour answers meanwhile. How fast
/// is measured by <c>bench/run.sh isolation</c>; here an answer may take as long as it does on a loaded machine.
/// </summary>
public sealed class BombTests(TestHost host)
{
    private const int Answers = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5 * Until.Patience);

    private static CancellationToken Token => TestHost.Token;

    [Theory]
    [InlineData("fork", "EAGAIN")]
    [InlineData("memory", "ENOMEM")]
    [InlineData("files", "EMFILE")]
    [InlineData("inodes", "ENOSPC")]
    [InlineData("disk", "ENOSPC")]
    [InlineData("processor", "exhausted after 16")]
    [InlineData("connections 198.18.0.1", "exhausted after 65535")]
    public async Task Bomb_IsBounded_AndTheNeighbourAnswers(string kind, string end)
    {
        var layer = await Attempts.LayerAsync(host, host.Blobs);
        var (bomb, neighbour) = (host.Spec($"exec /app/bombs {kind}") with { Layer = layer }, host.Spec("exec /app/bombs serve 80") with { Layer = layer });
        var address = (await host.Runtime.StartAsync(neighbour, Token)).Address!;
        await Until.TrueAsync(() => AnswersAsync(address), "The neighbour never answered.");
        var free = FreeMemory();
        await host.Runtime.StartAsync(bomb, Token);
        try
        {
            await host.OutputAsync(bomb, end);
            for (var i = 0; i < Answers; i++)
                await AssertAnswersAsync(address);
            var usage = (await host.Runtime.SampleAsync(Token)).Single(u => u.Id == bomb.Id);
            Assert.InRange(usage.Pids, 1, bomb.Limits.Pids);
            Assert.InRange(usage.PeakMemoryBytes, 1, bomb.Limits.MemoryBytes);
            // Nothing that the kernel keeps for it escapes its limit of 64 MB by much.
            Assert.True(free - FreeMemory() < 2L << 30, $"The host had {free} bytes before and {FreeMemory()} now.");
        }
        finally
        {
            await host.Runtime.RemoveAsync(bomb.Id, CancellationToken.None);
            await host.Runtime.RemoveAsync(neighbour.Id, CancellationToken.None);
        }
    }

    [Fact]
    public async Task Log_ThatIsFlooded_IsBounded_AndTheNeighboursIsKept()
    {
        var layer = await Attempts.LayerAsync(host, host.Blobs);
        var bomb = host.Spec("exec /app/bombs log") with { Layer = layer };
        bomb = bomb with { Limits = bomb.Limits with { LogLinesPerMinute = 1000, LogBytesPerMinute = 4 << 20 } };
        await host.Runtime.StartAsync(bomb, Token);
        await Until.TrueAsync(() => host.Output(bomb).Length > 3 << 20, "The flood never came.");
        var (_, words) = await host.RunAsync("for i in 1 2 3; do echo word $i; done");
        Assert.Equal("word 1\nword 2\nword 3\n", words);
        Assert.InRange(host.Output(bomb).Length, 3 << 20, 16 << 20);
        await host.Runtime.RemoveAsync(bomb.Id, Token);
    }

    private static async Task AssertAnswersAsync(string address)
    {
        var start = Stopwatch.GetTimestamp();
        Assert.True(await AnswersAsync(address), "The neighbour refused.");
        Assert.True(Stopwatch.GetElapsedTime(start) < Patience, $"The neighbour took {Stopwatch.GetElapsedTime(start)}.");
    }

    private static async Task<bool> AnswersAsync(string address)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address, 80, Token);
            await client.GetStream().WriteAsync("x"u8.ToArray(), Token);
            return await client.GetStream().ReadAsync(new byte[1], Token) == 1;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static long FreeMemory() => 1024 * long.Parse(
        File.ReadLines("/proc/meminfo").First(l => l.StartsWith("MemAvailable:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], null);
}
