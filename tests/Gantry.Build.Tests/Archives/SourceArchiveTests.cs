using System.Formats.Tar;
using Gantry.Build.Archives;
using Gantry.Domain;
using Xunit;

namespace Gantry.Build.Tests.Archives;

public sealed class SourceArchiveTests : IDisposable
{
    private const long Limit = 1_000_000;

    private readonly TempFolder _temp = new();

    private string Spooled => _temp["source.tar"];

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Archive_WithOneRoot_LosesItsRoot()
    {
        var result = await SpoolAsync(new TarMaker().Folder("app/").File("app/a.txt", "hello").Folder("app/sub/").File("app/sub/b").Gzip());

        Assert.True(result.IsSuccess, result.Refusal?.ToString());
        Assert.Equal(["a.txt", "sub", "sub/b"], Entries().Select(e => e.Name.TrimEnd('/')));
    }

    [Fact]
    public async Task Archive_WithoutRootEntry_IsAccepted()
    {
        var result = await SpoolAsync(new TarMaker().File("app/a.txt").Plain());

        Assert.True(result.IsSuccess, result.Refusal?.ToString());
        Assert.Equal("a.txt", Assert.Single(Entries()).Name);
    }

    [Fact]
    public async Task GitArchive_KeepsItsPaths()
    {
        var result = await SpoolAsync(new TarMaker().File("Procfile", "web: run").File("./lib/x").Plain(), singleRoot: false);

        Assert.Equal("web: run", result.Value.Procfile);
        Assert.Equal(["Procfile", "lib/x"], Entries().Select(e => e.Name));
    }

    [Fact]
    public async Task Procfile_IsTakenFromTheProjectFolder()
    {
        var archive = new TarMaker().File("app/Procfile", "web: outer").File("app/services/web/Procfile", "web: inner").Gzip();

        Assert.Equal("web: inner", (await SpoolAsync(archive, project: "services/web")).Value.Procfile);
    }

    [Fact]
    public async Task Entries_LoseOwnersAndPrivileges()
    {
        var setuid = UnixFileMode.SetUser | UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherWrite;
        await SpoolAsync(new TarMaker().File("app/run", "x", setuid).Plain());

        var entry = Assert.Single(Entries());
        Assert.Equal((1000, 1000), (entry.Uid, entry.Gid));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherWrite, entry.Mode);
    }

    [Fact]
    public async Task Archive_OfGnuTarAndOfGit_IsAccepted()
    {
        _temp.Write("tree/app/" + new string('d', 120) + "/" + new string('f', 120), "long");
        await Gantry.Build.Images.HostTool.RunAsync("tar", _temp["tree"], ["--format=pax", "-czf", _temp["pax.tgz"], "app"], TestContext.Current.CancellationToken);
        await using var file = File.OpenRead(_temp["pax.tgz"]);

        Assert.True((await SpoolAsync(file)).IsSuccess);
        Assert.Contains(Entries(), e => e.Name.EndsWith(new string('f', 120), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("app/../../etc/passwd", "'..'")]
    [InlineData("../app", "'..'")]
    [InlineData("/etc/passwd", "absolute path")]
    [InlineData("app/x\uFFFDy", "UTF-8")]
    public async Task Path_OutOfTheSource_IsRefused(string name, string rule) =>
        await RefusedAsync(new TarMaker().File("app/a").File(name).Gzip(), name.Replace('\uFFFD', '\uFFFD'), rule);

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../..")]
    [InlineData("sub/../../../x")]
    [InlineData("up/../..")]
    [InlineData("/application")]
    public async Task SymbolicLink_OutOfTheSource_IsRefused(string target) =>
        await RefusedAsync(new TarMaker().File("app/sub/a").Link("app/up", "sub/..").Link("app/bad", target).Gzip(), "bad", "out of the source");

    [Fact]
    public async Task SymbolicLinks_ThatLeadOutTogether_AreRefused() =>
        await RefusedAsync(new TarMaker().Folder("app/a/b/").Link("app/a/b/top", "../..").Link("app/out", "a/b/top/../x").Gzip(), "out", "out of the source");

    [Theory]
    [InlineData("a")]
    [InlineData("../app/a/..")]
    [InlineData("/app/lib")]
    [InlineData("not/there")]
    [InlineData("good")]
    public async Task SymbolicLink_InsideTheSource_IsKept(string target)
    {
        var archive = new TarMaker().File("src/app/a/f").Link("src/app/good", target).Gzip();

        Assert.True((await SpoolAsync(archive)).IsSuccess);
        Assert.Equal(target, Entries().Single(e => e.Name == "app/good").LinkName);
    }

    [Fact]
    public async Task Entry_UnderASymbolicLink_IsRefused() =>
        await RefusedAsync(new TarMaker().Folder("app/d/").Link("app/l", "d").File("app/l/x").Gzip(), "app/l/x", "symbolic link 'l'");

    [Theory]
    [InlineData("/etc/shadow")]
    [InlineData("app/later")]
    [InlineData("other/a")]
    [InlineData("../a")]
    public async Task HardLink_ToNoEarlierFile_IsRefused(string target) =>
        await RefusedAsync(new TarMaker().File("app/a").Link("app/h", target, TarEntryType.HardLink).File("app/later").Gzip(), "app/h", "hard link");

    [Fact]
    public async Task HardLink_ToAnEarlierFile_IsKept()
    {
        Assert.True((await SpoolAsync(new TarMaker().File("app/a").Link("app/h", "app/a", TarEntryType.HardLink).Gzip())).IsSuccess);
        Assert.Equal("a", Entries().Single(e => e.Name == "h").LinkName);
    }

    [Theory]
    [InlineData(TarEntryType.CharacterDevice, "device node")]
    [InlineData(TarEntryType.BlockDevice, "device node")]
    [InlineData(TarEntryType.Fifo, "named pipe")]
    public async Task SpecialFile_IsRefused(TarEntryType type, string rule) =>
        await RefusedAsync(new TarMaker().File("app/a").Special("app/dev", type).Gzip(), "app/dev", rule);

    [Fact]
    public async Task TwoRoots_AreRefused() =>
        await RefusedAsync(new TarMaker().File("one/a").File("two/b").Gzip(), "two/b", "second root folder, beside 'one'");

    [Fact]
    public async Task NoRoot_IsRefused() => await RefusedAsync(new TarMaker().File("a.txt").Gzip(), "a.txt", "not in a root folder");

    [Fact]
    public async Task MacAttributes_BesideTheRoot_AreIgnored()
    {
        Assert.True((await SpoolAsync(new TarMaker().File("._app").Folder("app/").File("app/a").Gzip())).IsSuccess);
        Assert.Equal("a", Assert.Single(Entries()).Name);
    }

    [Fact]
    public async Task EmptyArchives_AreRefused()
    {
        await RefusedAsync(new TarMaker().Plain(), "empty");
        await RefusedAsync(new TarMaker().Folder("app/").Gzip(), "'app' is empty");
        await RefusedAsync(new MemoryStream(), "empty");
    }

    [Fact]
    public async Task Garbage_IsRefused()
    {
        var noise = new byte[10_000];
        new Random(1).NextBytes(noise);
        await RefusedAsync(new MemoryStream(noise), "not a readable tar");
        await RefusedAsync(TarMaker.Compress(new MemoryStream(noise)), "not a readable tar");
        await RefusedAsync(new MemoryStream([0x1f, 0x8b, 8, 0, 1, 2, 3]), "not a readable tar");
        var cut = new TarMaker().File("app/a", new string('x', 100_000)).Gzip().ToArray();
        await RefusedAsync(new MemoryStream(cut[..(cut.Length / 2)]), "not a readable tar");
    }

    [Fact]
    public async Task HugeMetadata_IsRefusedWithoutTakingItsMemory()
    {
        var tar = new TarMaker().Special("app/x", TarEntryType.Fifo).Plain().ToArray();
        tar[156] = (byte)'x';
        "17777777777\0"u8.CopyTo(tar.AsSpan(124)); // claims 2 GiB of extended attributes
        tar.AsSpan(148, 8).Fill((byte)' ');
        System.Text.Encoding.ASCII.GetBytes(Convert.ToString(tar.Take(512).Sum(b => b), 8).PadLeft(6, '0') + "\0 ").CopyTo(tar, 148);
        await RefusedAsync(new MemoryStream(tar), "not a readable tar");
    }

    [Fact]
    public async Task ZipBomb_StopsAtTheLimit()
    {
        var bomb = new TarMaker().File("app/zeros", new string('\0', 50_000_000)).Gzip();
        Assert.InRange(bomb.Length, 0, 1_000_000);

        await RefusedAsync(bomb, "unpacks to more than 1000000 bytes");
        Assert.InRange(new FileInfo(Spooled).Length, 0, Limit + 65_536);
        Assert.True(bomb.Position < bomb.Length, "the rest of the bomb was read");
    }

    [Fact]
    public async Task TooManyEntries_AreRefused()
    {
        var archive = new TarMaker();
        for (var i = 0; i < 101; i++)
            archive.File($"app/{i}");
        await RefusedAsync(archive.Gzip(), "more than 100 entries");
    }

    private Task<Outcome<SourceSummary>> SpoolAsync(Stream source, bool singleRoot = true, string project = "") =>
        new SourceArchive(Limit, 100).SpoolAsync(source, Spooled, singleRoot, project, TestContext.Current.CancellationToken);

    private async Task RefusedAsync(Stream source, params string[] words)
    {
        var refusal = (await SpoolAsync(source)).Refusal;
        Assert.NotNull(refusal);
        Assert.StartsWith("The source archive is refused: ", refusal.Message, StringComparison.Ordinal);
        Assert.All(words, w => Assert.Contains(w, refusal.Message, StringComparison.Ordinal));
    }

    private List<TarEntry> Entries()
    {
        using var reader = new TarReader(File.OpenRead(Spooled));
        var entries = new List<TarEntry>();
        while (reader.GetNextEntry(copyData: true) is { } entry)
            entries.Add(entry);
        return entries;
    }
}
