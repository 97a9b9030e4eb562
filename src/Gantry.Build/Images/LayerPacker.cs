using System.Text;
using Gantry.Agent.Images;
using Gantry.Domain;
using Gantry.Store.Blobs;

namespace Gantry.Build.Images;

/// <summary>
/// Packs a built tree as one layer that depends on nothing but names, contents, permissions and link targets: sorted,
/// one owner, one date, no users' names. It is unpacked on this host on the way, where it runs next. Symbolic links are packed, never followed: the tree is a tenant's.
/// </summary>
internal sealed class LayerPacker(IBlobStore blobs, ILayerCache layers)
{
    /// <summary>1980-01-01, the first date that zip files can hold.</summary>
    private const string Date = "--mtime=@315532800";

    /// <param name="root">Folder that becomes <c>/app</c>; nothing may change it meanwhile.</param>
    /// <param name="maxBytes">Limit of the compressed layer.</param>
    public async Task<Outcome<PackedLayer>> PackAsync(string root, SlugIgnore ignore, long maxBytes, CancellationToken token)
    {
        if (new DirectoryInfo(root) is not { Exists: true, LinkTarget: null })
            return Refusal.Invalid("build", "The build removed its own folder or put a link in its place, so there is nothing to pack. Look at what the buildpack does with its first argument.");
        var (names, ignored) = await ListAsync(root, ignore, token);
        BlobInfo? stored = null;
        await layers.AddAsync(
            async (unpacking, stop) =>
            {
                var outcome = await CompressedBlob.PutAsync(blobs, (blob, end) => TarAsync(root, names, [blob, unpacking], end), maxBytes, stop);
                stored = outcome.IsSuccess ? outcome.Value : null;
                return stored?.Digest;
            },
            token);
        return stored is null ? TooLarge(maxBytes) : new PackedLayer(stored.Digest, stored.Size, names.Count, ignored);
    }

    /// <summary>Relative paths as bytes, since names need not be UTF-8, in ordinal order.</summary>
    private static async Task<(List<byte[]> Names, int Ignored)> ListAsync(string root, SlugIgnore ignore, CancellationToken token)
    {
        await using var find = HostTool.Start("find", root, ".", "-mindepth", "1", "(", "-type", "f", "-o", "-type", "d", "-o", "-type", "l", ")", "-printf", "%P\\0");
        find.Input.Close();
        var buffer = new MemoryStream();
        await find.Output.CopyToAsync(buffer, token);
        await find.FinishAsync(token);
        var names = Split(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        var ignored = names.RemoveAll(n => ignore.Excludes(Encoding.UTF8.GetString(n)));
        names.Sort(static (a, b) => a.AsSpan().SequenceCompareTo(b));
        return (names, ignored);
    }

    private static List<byte[]> Split(ReadOnlySpan<byte> text)
    {
        var names = new List<byte[]>();
        for (int end; (end = text.IndexOf((byte)0)) >= 0; text = text[(end + 1)..])
            names.Add(text[..end].ToArray());
        return names;
    }

    private static async Task TarAsync(string root, List<byte[]> names, Stream[] outputs, CancellationToken token)
    {
        await using var tar = HostTool.Start("tar", root, "--create", "--file=-", "--format=gnu", "--no-recursion", "--null", "--verbatim-files-from",
            "--files-from=-", "--owner=:1000", "--group=:1000", "--numeric-owner", Date, "--mode=u+rwX,go-w,ug-s,-t", "--no-xattrs", "--no-acls", "--no-selinux");
        var feeding = FeedAsync(tar.Input, names, token);
        var buffer = new byte[256 * 1024];
        while (await tar.Output.ReadAsync(buffer, token) is var read and > 0)
        {
            foreach (var output in outputs)
                await output.WriteAsync(buffer.AsMemory(0, read), token);
        }

        await tar.FinishAsync(token);
        await feeding;
    }

    private static async Task FeedAsync(Stream input, List<byte[]> names, CancellationToken token)
    {
        await using var buffered = new BufferedStream(input, 64 * 1024);
        foreach (var name in names)
        {
            await buffered.WriteAsync(name, token);
            buffered.WriteByte(0);
        }
    }

    private static Refusal TooLarge(long maxBytes) => Refusal.Invalid("image",
        $"The image is larger than {maxBytes} bytes ({maxBytes / (1024 * 1024)} MiB), the limit for a compressed image. "
        + "List what the app does not need at run time (tests, documentation, caches, sources of assets) in a file .slugignore, one pattern a line, and deploy again.");
}

/// <summary>A stored layer. Bytes are of its compressed form.</summary>
internal sealed record PackedLayer(Digest Digest, long Bytes, int Entries, int Ignored);
