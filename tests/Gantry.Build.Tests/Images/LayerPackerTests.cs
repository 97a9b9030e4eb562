using System.Formats.Tar;
using Gantry.Agent.Images;
using Gantry.Build.Images;
using Gantry.Domain;
using Gantry.Store.Blobs;
using Gantry.Store.FileBlobs;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using ZstdSharp;

namespace Gantry.Build.Tests.Images;

public sealed class LayerPackerTests : IDisposable
{
    private const long MiB = 1 << 20;

    private readonly TempFolder _temp = new();
    private readonly IBlobStore _blobs;
    private readonly ILayerCache _layers;
    private readonly LayerPacker _packer;

    public LayerPackerTests()
    {
        _blobs = Host("host").GetRequiredService<IBlobStore>();
        _layers = Host("host").GetRequiredService<ILayerCache>();
        _packer = new LayerPacker(_blobs, _layers);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task EqualTrees_MadeInOtherOrderAndTime_HaveOneDigest()
    {
        string[] names = ["a", "b/c", "b.txt", "z/y/x", "-dash", "new\nline", "ü/ñ"];
        var first = MakeTree("first", names);
        var second = MakeTree("second", names.Reverse());
        File.SetLastWriteTimeUtc(Path.Combine(second, "a"), new DateTime(2001, 2, 3, 0, 0, 0, DateTimeKind.Utc));
        File.SetUnixFileMode(Path.Combine(second, "a"), File.GetUnixFileMode(Path.Combine(second, "a")) | UnixFileMode.GroupWrite);

        var one = await PackAsync(first);
        var two = await PackAsync(second);

        Assert.Equal(one.Value.Digest, two.Value.Digest);
        File.WriteAllText(Path.Combine(second, "a"), "other");
        Assert.NotEqual(one.Value.Digest, (await PackAsync(second)).Value.Digest);
    }

    [Fact]
    public async Task LargeTree_HasOneDigestEachTime()
    {
        var noise = new byte[12_000_000];
        new Random(7).NextBytes(noise.AsSpan(0, 6_000_000));
        var root = Directory.CreateDirectory(_temp["large"]).FullName;
        File.WriteAllBytes(Path.Combine(root, "noise"), noise);

        var digests = new HashSet<Digest>();
        for (var i = 0; i < 4; i++)
            digests.Add((await PackAsync(root)).Value.Digest);
        Assert.Single(digests);
    }

    [Fact]
    public async Task Entries_AreSortedAndBelongToTheApp()
    {
        var entries = await UnpackAsync(await PackAsync(MakeTree("tree", ["b/c", "b.txt", "a"])));

        Assert.Equal(["a", "b/", "b.txt", "b/c"], entries.Select(e => e.Name));
        Assert.All(entries, e => Assert.Equal((1000, 1000, ""), (e.Uid, e.Gid, ((PosixTarEntry)e).UserName)));
        Assert.Single(entries.Select(e => e.ModificationTime).Distinct());
    }

    [Fact]
    public async Task SymbolicLinks_AreKeptAndNeverFollowed()
    {
        var root = MakeTree("tree", ["a"]);
        File.CreateSymbolicLink(Path.Combine(root, "shadow"), "/etc/shadow");
        Directory.CreateSymbolicLink(Path.Combine(root, "etc"), "/etc");

        var entries = await UnpackAsync(await PackAsync(root));

        Assert.Equal(["a", "etc", "shadow"], entries.Select(e => e.Name));
        Assert.Equal(["/etc", "/etc/shadow"], entries.Skip(1).Select(e => e.LinkName));
    }

    [Fact]
    public async Task Root_ThatIsALink_IsRefused()
    {
        Directory.CreateSymbolicLink(_temp["link"], "/etc");

        var refusal = (await PackAsync(_temp["link"])).Refusal;
        Assert.Contains("nothing to pack", refusal?.Message, StringComparison.Ordinal);
        Assert.NotNull((await PackAsync(_temp["absent"])).Refusal);
    }

    [Fact]
    public async Task HardLinksStay_PrivilegesAndPipesGo()
    {
        var root = MakeTree("tree", ["a"]);
        await HostTool.RunAsync("bash", root, ["-c", "ln a b; mkfifo pipe; printf x > suid; chmod 6755 suid; mkdir -m 1777 sticky; chmod 600 a"], Token);

        var entries = await UnpackAsync(await PackAsync(root));

        Assert.Equal(["a", "b", "sticky/", "suid"], entries.Select(e => e.Name));
        Assert.Equal((TarEntryType.HardLink, "a"), (entries[1].EntryType, entries[1].LinkName));
        Assert.Equal(["600", "600", "755", "755"], entries.Select(e => Convert.ToString((int)e.Mode, 8)));
    }

    [Fact]
    public async Task Ignored_IsLeftOutAndCounted()
    {
        var packed = await _packer.PackAsync(MakeTree("tree", ["keep", "docs/a", "docs/b", "x.psd"]), SlugIgnore.Parse("docs\n*.psd"), 100 * MiB, Token);

        Assert.Equal(["keep"], (await UnpackAsync(packed)).Select(e => e.Name));
        Assert.Equal((1, 4), (packed.Value.Entries, packed.Value.Ignored));
    }

    [Fact]
    public async Task TooLarge_IsRefusedWithLimitAndRemedyAndLeavesNothing()
    {
        var root = Directory.CreateDirectory(_temp["big"]).FullName;
        var noise = new byte[4 * MiB];
        new Random(3).NextBytes(noise);
        File.WriteAllBytes(Path.Combine(root, "noise"), noise);

        var refusal = (await _packer.PackAsync(root, SlugIgnore.Nothing, MiB, Token)).Refusal;

        Assert.Contains("1048576 bytes (1 MiB)", refusal?.Message, StringComparison.Ordinal);
        Assert.Contains(".slugignore", refusal?.Message, StringComparison.Ordinal);
        Assert.Empty(await _blobs.ListAsync(Token).ToListAsync(Token));
        Assert.Empty(Directory.GetFileSystemEntries(_temp["host/layers"]));
    }

    [Fact]
    public async Task Packed_IsUnpackedOnTheWayAsItWouldBeFromItsBlob()
    {
        var root = MakeTree("tree", ["a/b", "c"]);
        await HostTool.RunAsync("bash", root, ["-c", "ln c d; ln -s a e; chmod 700 c"], Token);
        const string list = "find . -mindepth 1 -printf '%p %y %m %U %G %n %l %T@\n' | sort; cat a/b";

        var digest = (await PackAsync(root)).Value.Digest;
        var other = await Host("another").GetRequiredService<ILayerCache>().EnsureAsync(digest, Token);
        await _blobs.DeleteAsync(digest, Token);
        var here = await _layers.EnsureAsync(digest, Token);

        Assert.Equal(await HostTool.RunAsync("bash", other, ["-c", list], Token), await HostTool.RunAsync("bash", here, ["-c", list], Token));
    }

    [Fact]
    public async Task EmptyTree_IsAnEmptyLayer() => Assert.Empty(await UnpackAsync(await PackAsync(Directory.CreateDirectory(_temp["none"]).FullName)));

    [Fact]
    public async Task Cancelled_LeavesNothing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _packer.PackAsync(MakeTree("tree", ["a"]), SlugIgnore.Nothing, MiB, cancelled.Token));
        Assert.Empty(await _blobs.ListAsync(Token).ToListAsync(Token));
    }

    private ServiceProvider Host(string name) => new ServiceCollection().AddLogging().AddFileBlobs(o => o.Directory = _temp["blobs"])
        .AddAgent(o => o.DataDirectory = _temp[name]).BuildServiceProvider();

    private Task<Outcome<PackedLayer>> PackAsync(string root) => _packer.PackAsync(root, SlugIgnore.Nothing, 100 * MiB, Token);

    private string MakeTree(string root, IEnumerable<string> names)
    {
        foreach (var name in names)
            _temp.Write(Path.Combine(root, name), "content of " + name);
        return _temp[root];
    }

    private async Task<List<TarEntry>> UnpackAsync(Outcome<PackedLayer> layer)
    {
        await using var blob = (await _blobs.OpenAsync(layer.Value.Digest, Token))!;
        await using var reader = new TarReader(new DecompressionStream(blob));
        var entries = new List<TarEntry>();
        while (await reader.GetNextEntryAsync(copyData: true, Token) is { } entry)
            entries.Add(entry);
        return entries;
    }
}
