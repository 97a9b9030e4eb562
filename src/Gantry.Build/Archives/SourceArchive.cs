using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Gantry.Domain;

namespace Gantry.Build.Archives;

/// <summary>
/// Checks a tenant's archive while it streams through once, and leaves a plain tar of the source for the sandbox to
/// unpack: no root folder, one owner, no privileges, nothing that points out of the tree.
/// </summary>
internal sealed class SourceArchive(long maxBytes, int maxEntries)
{
    private const int MaxProcfileBytes = 64 * 1024;

    /// <param name="projectDirectory">Folder of the source whose Procfile counts; empty for the root.</param>
    /// <returns>What was found, or the entry at fault with the rule it breaks. On refusal the tar is incomplete.</returns>
    public async Task<Outcome<SourceSummary>> SpoolAsync(
        Stream source, string tarPath, bool singleRoot, string projectDirectory, CancellationToken token)
    {
        try
        {
            if (await DecompressAsync(source, token) is not { } plain)
                return Empty;
            await using var limited = new LimitedStream(plain, maxBytes);
            await using var reader = new TarReader(limited, leaveOpen: true);
            await using var file = File.Create(tarPath, 128 * 1024);
            await using var writer = new TarWriter(file, TarEntryFormat.Gnu, leaveOpen: true);
            return await new Pass(reader, writer, singleRoot, projectDirectory, maxEntries).RunAsync(limited, token);
        }
        catch (LimitExceededException)
        {
            return Refusals.TooLarge(maxBytes);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or InvalidOperationException)
        {
            return Refusals.NotAnArchive(e.Message);
        }
    }

    private static Refusal Empty => Refusals.Archive("it is empty. Deploy an archive that holds the source code.");

    /// <summary>Looks at the first two bytes, which tell gzip from plain tar; null when there are none.</summary>
    private static async Task<Stream?> DecompressAsync(Stream source, CancellationToken token)
    {
        var head = new byte[2];
        var read = await source.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, token);
        var whole = new PrefixedStream(head.AsMemory(0, read), source);
        if (read == 0)
            return null;
        return read == 2 && head is [0x1f, 0x8b] ? new GZipStream(whole, CompressionMode.Decompress) : whole;
    }

    /// <summary>One pass over one archive.</summary>
    private sealed class Pass(TarReader reader, TarWriter writer, bool singleRoot, string projectDirectory, int maxEntries)
    {
        private readonly SourceTree _tree = new();
        private readonly string _procfilePath = projectDirectory.Length == 0 ? "Procfile" : projectDirectory + "/Procfile";
        private string? _root;
        private string? _procfile;

        public async Task<Outcome<SourceSummary>> RunAsync(LimitedStream counted, CancellationToken token)
        {
            while (await reader.GetNextEntryAsync(copyData: false, token) is { } entry)
            {
                if (await TakeAsync(entry, token) is { } refusal)
                    return refusal;
                if (_tree.Entries > maxEntries)
                    return Refusals.Archive($"it has more than {maxEntries} entries. Leave out what is not source (dependencies, build output) and deploy again.");
            }

            if (_tree.Entries == 0 && _root is null)
                return Empty;
            if (_tree.Entries == 0)
                return Refusals.Archive($"its root folder '{_root}' is empty. Deploy an archive that holds the source code.");
            return _tree.CheckLinks() is { } link ? link : new SourceSummary(_tree.Entries, counted.BytesRead, _procfile);
        }

        private async Task<Refusal?> TakeAsync(TarEntry entry, CancellationToken token)
        {
            if (entry.EntryType is TarEntryType.GlobalExtendedAttributes)
                return null;
            var place = Place(entry);
            if (place.Refusal is { } refusal)
                return refusal;
            if (place.Value.Length == 0)
                return null;
            if (_tree.LinkAbove(place.Value) is { } link)
                return Refusals.Archive(entry.Name, $"lies under the symbolic link '{link}'", "Archive the folder itself instead of the link");
            return await WriteAsync(entry, place.Value, token);
        }

        /// <summary>Where the entry goes in the source; empty when it is not part of it.</summary>
        private Outcome<string> Place(TarEntry entry)
        {
            var normal = EntryPath.Normalise(entry.Name);
            if (!singleRoot || normal.Refusal is not null || normal.Value.Length == 0)
                return normal;
            var (root, below) = EntryPath.SplitRoot(normal.Value);
            if (below.Length == 0 && root.StartsWith("._", StringComparison.Ordinal))
                return ""; // macOS adds such a file for the attributes of the root folder.
            if (below.Length == 0 && entry.EntryType is not TarEntryType.Directory)
                return Refusals.Archive(entry.Name, "is not in a root folder", "The archive must hold exactly one folder with all of the source in it: 'tar -czf source.tar.gz FOLDER'");
            _root ??= root;
            if (_root != root)
                return Refusals.Archive(entry.Name, $"is in a second root folder, beside '{_root}'", "The archive must hold exactly one folder with all of the source in it: 'tar -czf source.tar.gz FOLDER'");
            return below;
        }

        private async Task<Refusal?> WriteAsync(TarEntry entry, string path, CancellationToken token)
        {
            var copy = new GnuTarEntry(Kind(entry.EntryType), path) { Uid = 1000, Gid = 1000, ModificationTime = entry.ModificationTime, Mode = Mode(entry) };
            switch (copy.EntryType)
            {
                case TarEntryType.RegularFile:
                    _tree.AddFile(path);
                    copy.DataStream = path == _procfilePath ? await KeepProcfileAsync(entry, token) : entry.DataStream;
                    break;
                case TarEntryType.Directory:
                    _tree.AddDirectory(path);
                    break;
                case TarEntryType.SymbolicLink:
                    _tree.AddLink(path, entry.LinkName);
                    copy.LinkName = entry.LinkName;
                    break;
                case TarEntryType.HardLink:
                    var target = HardLinkTarget(entry);
                    if (target.Refusal is { } refusal)
                        return refusal;
                    _tree.AddFile(path);
                    copy.LinkName = target.Value;
                    break;
                default:
                    return Refusals.Archive(entry.Name, $"is a {Describe(entry.EntryType)}", "Source code consists of files, folders and links only: leave it out");
            }

            await writer.WriteEntryAsync(copy, token);
            return null;
        }

        private Outcome<string> HardLinkTarget(TarEntry entry)
        {
            var normal = EntryPath.Normalise(entry.LinkName);
            var path = normal.Refusal is not null ? "" : singleRoot ? EntryPath.SplitRoot(normal.Value).Below : normal.Value;
            return path.Length > 0 && _tree.HasFile(path) && (!singleRoot || EntryPath.SplitRoot(normal.Value).Root == _root)
                ? path
                : Refusals.Archive(entry.Name, $"is a hard link to '{entry.LinkName}', which is not an earlier file of the archive", "Archive the file itself");
        }

        private async Task<Stream?> KeepProcfileAsync(TarEntry entry, CancellationToken token)
        {
            if (entry.DataStream is null || entry.Length > MaxProcfileBytes)
                return entry.DataStream;
            var memory = new MemoryStream();
            await entry.DataStream.CopyToAsync(memory, token);
            _procfile = Encoding.UTF8.GetString(memory.ToArray());
            memory.Position = 0;
            return memory;
        }

        private static TarEntryType Kind(TarEntryType type) =>
            type is TarEntryType.V7RegularFile or TarEntryType.ContiguousFile ? TarEntryType.RegularFile : type;

        private static UnixFileMode Mode(TarEntry entry)
        {
            const UnixFileMode permissions = (UnixFileMode)0x1FF;
            var owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            if (entry.EntryType is TarEntryType.Directory)
                owner |= UnixFileMode.UserExecute;
            return (entry.Mode & permissions) | owner;
        }

        private static string Describe(TarEntryType type) => type switch
        {
            TarEntryType.CharacterDevice or TarEntryType.BlockDevice => "device node",
            TarEntryType.Fifo => "named pipe",
            _ => $"tar entry of the kind {type}",
        };
    }
}

/// <summary>What an accepted archive holds.</summary>
/// <param name="Bytes">Size of the uncompressed archive.</param>
/// <param name="Procfile">Text of its Procfile, or null.</param>
internal sealed record SourceSummary(int Entries, long Bytes, string? Procfile);
