using System.Globalization;

namespace Gantry.Linux.Pipes;

/// <summary>
/// Names in a spool directory. A segment is named by the position of its first byte in the stream, 20 digits:
/// <c>.log</c> the bytes and <c>.idx</c> the index, or <c>.zst</c> both, compressed.
/// </summary>
internal static class SpoolFiles
{
    public const string Data = ".log", Index = ".idx", Packed = ".zst";

    public static string Path(string directory, long start, string kind) =>
        System.IO.Path.Combine(directory, start.ToString("D20", CultureInfo.InvariantCulture) + kind);

    /// <summary>The segments of a directory, oldest first; none when it does not exist.</summary>
    public static IReadOnlyList<SpoolFile> List(string directory)
    {
        var segments = new SortedDictionary<long, SpoolFile>();
        foreach (var file in Files(directory))
            if (TryParse(file.Name, out var start, out var kind))
                segments[start] = segments.GetValueOrDefault(start, new SpoolFile(start)).With(kind, file);
        return [.. segments.Values];
    }

    /// <summary>Removes a segment in all its forms.</summary>
    public static void Delete(string directory, long start)
    {
        File.Delete(Path(directory, start, Data));
        File.Delete(Path(directory, start, Packed));
        File.Delete(Path(directory, start, Index));
    }

    private static IEnumerable<FileInfo> Files(string directory)
    {
        try
        {
            return new DirectoryInfo(directory).GetFiles();
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private static bool TryParse(string name, out long start, out string kind)
    {
        start = 0;
        kind = System.IO.Path.GetExtension(name);
        return name.Length == 24 && kind is Data or Index or Packed
            && long.TryParse(name.AsSpan(0, 20), NumberStyles.None, CultureInfo.InvariantCulture, out start);
    }
}

/// <summary>One segment as the directory shows it.</summary>
/// <param name="Bytes">What it takes on disk, all forms together, in blocks of 4 KiB.</param>
/// <param name="DataBytes">Length of the uncompressed form, -1 without one.</param>
/// <param name="IsPacked">True when a compressed form exists.</param>
/// <param name="WrittenAt">Last change of any form; compaction hands it on.</param>
internal readonly record struct SpoolFile(
    long Start, long Bytes = 0, long DataBytes = -1, bool IsPacked = false, DateTimeOffset WrittenAt = default)
{
    private const long Block = 4096;

    internal SpoolFile With(string kind, FileInfo file)
    {
        // Vanished since it was listed: the bound or the compaction took it.
        if (!file.Exists) return this;
        return this with
        {
            Bytes = Bytes + (file.Length + Block - 1) / Block * Block,
            DataBytes = kind == SpoolFiles.Data ? file.Length : DataBytes,
            IsPacked = IsPacked || kind == SpoolFiles.Packed,
            WrittenAt = file.LastWriteTimeUtc > WrittenAt ? file.LastWriteTimeUtc : WrittenAt,
        };
    }
}
