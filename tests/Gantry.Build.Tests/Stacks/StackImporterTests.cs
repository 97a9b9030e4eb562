using System.Formats.Tar;
using System.Security.Cryptography;
using Gantry.Build.Images;
using Gantry.Build.Stacks;
using Gantry.Store.Blobs;
using Gantry.Store.FileBlobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;
using ZstdSharp;

namespace Gantry.Build.Tests.Stacks;

public sealed class StackImporterTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly IBlobStore _blobs;
    private readonly StackImporter _importer;

    public StackImporterTests()
    {
        _blobs = new ServiceCollection().AddFileBlobs(o => o.Directory = _temp["blobs"]).BuildServiceProvider().GetRequiredService<IBlobStore>();
        _importer = new StackImporter(_blobs, Options.Create(new BuildOptions { DataDirectory = _temp["data"] }));
        foreach (var folder in new[] { "bin", "app", "dev", "proc", "sys", "tmp" })
            Directory.CreateDirectory(_temp["root/" + folder]);
        _temp.Write("root/bin/bash", "not really");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Tar_WithItsDigest_IsReadOnce()
    {
        var tar = await MakeTarAsync();
        WriteDigest(tar);

        var first = await ImportAsync(tar);
        File.WriteAllText(tar, "no longer a tar");
        var second = await ImportAsync(tar);

        Assert.False(first.WasKnown);
        Assert.True(second.WasKnown);
        Assert.Equal((first.Digest, first.Bytes), (second.Digest, second.Bytes));
        Assert.Equal(["./", "./app/", "./bin/", "./bin/bash", "./dev/", "./proc/", "./sys/", "./tmp/"], await NamesAsync(first));
    }

    [Fact]
    public async Task Tar_WithoutDigest_IsReadAgainWhenItChanged()
    {
        var tar = await MakeTarAsync();
        var first = await ImportAsync(tar);
        Assert.True((await ImportAsync(tar)).WasKnown);

        _temp.Write("root/bin/more", "more");
        await MakeTarAsync();
        var changed = await ImportAsync(tar);

        Assert.False(changed.WasKnown);
        Assert.NotEqual(first.Digest, changed.Digest);
    }

    [Fact]
    public async Task Tar_WhoseBlobIsGone_IsImportedAgain()
    {
        var tar = await MakeTarAsync();
        var first = await ImportAsync(tar);
        await _blobs.DeleteAsync(first.Digest, Token);

        Assert.False((await ImportAsync(tar)).WasKnown);
        Assert.True(await _blobs.ExistsAsync(first.Digest, Token));
    }

    [Fact]
    public async Task Tar_ThatDoesNotMatchItsDigest_IsRefused()
    {
        var tar = await MakeTarAsync();
        File.WriteAllText(Path.ChangeExtension(tar, ".digest"), "sha256:" + new string('0', 64));

        Assert.Contains("does not match", (await _importer.ImportAsync(tar, null, Token)).Refusal?.Message, StringComparison.Ordinal);
        Assert.Empty(await _blobs.ListAsync(Token).ToListAsync(Token));
    }

    [Theory]
    [InlineData("gzip", ".gz")]
    [InlineData("zstd", ".zst")]
    public async Task CompressedTar_GivesTheSameStack(string program, string extension)
    {
        var tar = await MakeTarAsync();
        await HostTool.RunAsync(program, "/", ["-k", "-q", tar], Token);

        Assert.Equal((await ImportAsync(tar)).Digest, (await ImportAsync(tar + extension)).Digest);
    }

    [Fact]
    public async Task MissingMountPoints_AreAdded()
    {
        Directory.Delete(_temp["root/app"]);
        Directory.Delete(_temp["root/sys"]);

        AssertHas(["app/", "sys/", "./bin/bash"], await NamesAsync(await ImportAsync(await MakeTarAsync())));
        AssertHas(["./app/", "./sys/", "./bin/bash"], await NamesAsync(await ImportAsync(_temp["root"])));
    }

    [Fact]
    public async Task OciLayout_IsUnpacked()
    {
        await HostTool.RunAsync("umoci", _temp.Path, ["init", "--layout", "layout"], Token);
        await HostTool.RunAsync("umoci", _temp.Path, ["new", "--image", "layout:one"], Token);
        await HostTool.RunAsync("umoci", _temp.Path, ["insert", "--image", "layout:one", _temp["root"], "/"], Token);

        var root = await ImportAsync(_temp["layout"]);

        Assert.Contains("./bin/bash", await NamesAsync(root));
        Assert.Equal(root.Digest, (await ImportAsync($"oci:{_temp["layout"]}:one")).Digest);
    }

    [Fact]
    public async Task UnusableSources_AreRefused()
    {
        File.Delete(_temp["root/bin/bash"]);

        Assert.Contains("no /bin/bash", (await _importer.ImportAsync(_temp["root"], null, Token)).Refusal?.Message, StringComparison.Ordinal);
        Assert.Contains("no /bin/bash", (await _importer.ImportAsync(await MakeTarAsync(), null, Token)).Refusal?.Message, StringComparison.Ordinal);
        Assert.Contains("no root file system at", (await _importer.ImportAsync(_temp["absent"], null, Token)).Refusal?.Message, StringComparison.Ordinal);
        var garbage = _temp.Write("garbage.tar", "this is no tar");
        await Assert.ThrowsAsync<BuildException>(() => _importer.ImportAsync(garbage, null, Token));
    }

    private static void AssertHas(string[] expected, List<string> names) => Assert.All(expected, e => Assert.Contains(e, names));

    private async Task<ImportedRoot> ImportAsync(string source)
    {
        var result = await _importer.ImportAsync(source, null, Token);
        Assert.True(result.IsSuccess, result.Refusal?.ToString());
        return result.Value;
    }

    private async Task<string> MakeTarAsync()
    {
        await HostTool.RunAsync("tar", "/", ["--sort=name", "--mtime=@0", "-C", _temp["root"], "-cf", _temp["stack.tar"], "."], Token);
        return _temp["stack.tar"];
    }

    private static void WriteDigest(string tar) =>
        File.WriteAllText(Path.ChangeExtension(tar, ".digest"), "sha256:" + Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(tar))) + "\n");

    private async Task<List<string>> NamesAsync(ImportedRoot root)
    {
        await using var blob = (await _blobs.OpenAsync(root.Digest, Token))!;
        await using var reader = new TarReader(new DecompressionStream(blob));
        var names = new List<string>();
        while (await reader.GetNextEntryAsync(copyData: false, Token) is { } entry)
            names.Add(entry.Name);
        return names;
    }
}
