using Gantry.Build.Sandbox;
using Gantry.Domain;
using Xunit;

namespace Gantry.Build.Tests.Sandbox;

public sealed class BuildCachesTests : IDisposable
{
    private static readonly StackId Stack = new("st-one");

    private readonly TempFolder _temp = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void CacheOfAnotherStack_IsForgotten()
    {
        var caches = Caches(_ => { });
        File.WriteAllText(caches.Open(new AppId("ap-1"), Stack), "x");
        caches.Close(new AppId("ap-1"));

        var other = caches.Open(new AppId("ap-1"), new StackId("st-two"));

        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(other)!));
    }

    [Fact]
    public async Task Collect_RemovesTheLeastRecentlyUsedBeyondTheBound()
    {
        var caches = Caches(o => o.MaxCacheBytes = 2_500_000);
        for (var i = 1; i <= 4; i++)
            Fill(caches, $"ap-{i}", hours: -i);

        await caches.CollectAsync(Token);

        Assert.Equal(["ap-1", "ap-2"], Kept());
    }

    [Fact]
    public async Task Collect_CountsWhatIsUsedOfASparseImage()
    {
        var caches = Caches(o => o.MaxCacheBytes = 2_000_000);
        using (var sparse = File.Create(caches.Open(new AppId("ap-1"), Stack)))
            sparse.SetLength(1L << 30);
        caches.Close(new AppId("ap-1"));

        await caches.CollectAsync(Token);

        Assert.Equal(["ap-1"], Kept());
    }

    [Fact]
    public async Task Collect_RemovesWhatIsOld_ButNothingInUse()
    {
        var caches = Caches(o => o.CacheRetention = TimeSpan.FromHours(2));
        Fill(caches, "ap-new", hours: -1);
        Fill(caches, "ap-old", hours: -3);
        var busy = caches.Open(new AppId("ap-busy"), Stack);
        File.WriteAllText(busy, "x");
        File.SetLastWriteTimeUtc(busy, DateTime.UtcNow.AddHours(-9));

        await caches.CollectAsync(Token);
        Assert.Equal(["ap-busy", "ap-new"], Kept());

        caches.Close(new AppId("ap-busy"));
        await caches.CollectAsync(Token);
        Assert.Equal(["ap-new"], Kept());
    }

    private BuildCaches Caches(Action<BuildOptions> configure)
    {
        var options = new BuildOptions { DataDirectory = _temp.Path };
        configure(options);
        return new BuildCaches(options, TimeProvider.System);
    }

    private static void Fill(BuildCaches caches, string app, int hours)
    {
        var image = caches.Open(new AppId(app), Stack);
        var noise = new byte[1_000_000];
        new Random(hours).NextBytes(noise);
        File.WriteAllBytes(image, noise);
        File.SetLastWriteTimeUtc(image, DateTime.UtcNow.AddHours(hours));
        caches.Close(new AppId(app));
    }

    private IEnumerable<string> Kept() => Directory.GetDirectories(_temp["cache"]).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal);
}
