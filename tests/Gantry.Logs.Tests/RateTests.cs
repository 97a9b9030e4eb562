using System.Globalization;
using Gantry.Linux.Pipes;
using Gantry.Logs.Tests.Support;

namespace Gantry.Logs.Tests;

public sealed class RateTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly Kept _kept;

    public RateTests() => _kept = new Kept(_scratch);

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Lines_AboveTheRate_AreCountedExactlyAndTheNextWindowIsKept()
    {
        using var pump = new PumpThread(_scratch);
        pump.Add("c", _scratch.Path("fifo"), _kept.Spool("web-1"), new LogRate(1000, 1 << 20) { Window = TimeSpan.FromSeconds(3 * Until.Patience) });

        Shell.Run($"seq -w 1 100000 > {_scratch.Path("fifo")}");
        await Until.TrueAsync(() => Texts().Any(text => text.StartsWith("-- 99000 lines")), "the loss is shown while it lasts");
        await Until.TrueAsync(() => IsKept("again"), "the next window keeps lines again");
        pump.Complete("c");

        var texts = Texts();
        Assert.Equal(Enumerable.Range(1, 1000).Select(n => n.ToString("D6", CultureInfo.InvariantCulture)), texts.Take(1000));
        Assert.Empty(pump.Reports);

        bool IsKept(string word)
        {
            Shell.Run($"echo {word} > {_scratch.Path("fifo")}");
            return Texts().Contains(word);
        }
    }

    [Fact]
    public void Bytes_AboveTheRate_AreCounted()
    {
        using var pump = new PumpThread(_scratch);
        pump.Add("c", _scratch.Path("fifo"), _kept.Spool("web-1"), new LogRate(long.MaxValue, 7 * 500));

        Shell.Run($"seq -w 1 100000 > {_scratch.Path("fifo")}");
        pump.Complete("c");

        Assert.Equal(500, Texts().TakeWhile(text => !text.StartsWith("-- ")).Count());
        Assert.Equal(100_000, Texts().Sum(text => text.StartsWith("-- ") ? int.Parse(text.Split(' ')[1], CultureInfo.InvariantCulture) : 1));
    }

    [Fact]
    public void Container_AboveItsRateDies_ItsLastWordsAreKept()
    {
        using var pump = new PumpThread(_scratch);
        pump.Add("c", _scratch.Path("fifo"), _kept.Spool("web-1"), new LogRate(10, 1 << 20));

        Shell.Run($"(seq 1 50000; echo 'Unhandled exception: the reason') > {_scratch.Path("fifo")}");
        pump.Complete("c");

        Assert.Equal("Unhandled exception: the reason", Texts()[^1]);
        Assert.Equal(50_001, Texts().Sum(text => text.StartsWith("-- ") ? int.Parse(text.Split(' ')[1], CultureInfo.InvariantCulture) : 1));
    }

    private string[] Texts() => [.. _kept.Tail(200_000).GetAwaiter().GetResult().Select(line => line.Text)];
}
