using System.Formats.Tar;
using System.Runtime.CompilerServices;
using ZstdSharp;

namespace Gantry.Store.Backups;

/// <summary>The entries of a backup, one after the other. What it gives is not checked here; see <see cref="BackupCheck"/>.</summary>
internal sealed class ArchiveReader(string path)
{
    /// <summary>Far more than a page of records or the secrets ever have.</summary>
    private const long MaxWhole = 256 << 20;

    public string Path => path;

    /// <exception cref="BackupDamagedException">It is no backup, or not as it was written.</exception>
    public async IAsyncEnumerable<TarEntry> ReadAsync([EnumeratorCancellation] CancellationToken token)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1024);
        await using var zstd = new DecompressionStream(file);
        await using var tar = new TarReader(zstd);
        while (await NextAsync(tar, token) is { } entry)
            yield return entry;
        await EndAsync(zstd, token);
    }

    public async Task<byte[]> WholeAsync(TarEntry entry, CancellationToken token)
    {
        if (entry.Length > MaxWhole)
            throw Damaged($"the entry {entry.Name} is impossibly large", null);
        var content = new byte[entry.Length];
        await ReadAsync(entry, async stream =>
        {
            if (await stream.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, token) < content.Length)
                throw new EndOfStreamException();
        });
        return content;
    }

    /// <summary>Reads the content of an entry; what goes wrong in the archive below it is told as damage.</summary>
    public async Task ReadAsync(TarEntry entry, Func<Stream, Task> read)
    {
        try
        {
            await read(entry.DataStream ?? Stream.Null);
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Damaged($"the entry {entry.Name} can't be read", e);
        }
    }

    public BackupDamagedException Damaged(string what, Exception? inner) => new(
        inner is EndOfStreamException
            ? $"The backup {path} ends too early: it was cut off, or its copying did not end. Nothing was changed. Copy it again, or use another backup."
            : $"The backup {path} is damaged: {what}. Nothing was changed. Use another backup or another copy of it.",
        inner);

    private async Task<TarEntry?> NextAsync(TarReader tar, CancellationToken token)
    {
        try
        {
            return await tar.GetNextEntryAsync(copyData: false, token);
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Damaged("it is no tar in zstd, or not as it was written", e);
        }
    }

    /// <summary>The checksum of the whole stands behind what ends the tar, where nobody who only wants the entries would come.</summary>
    private async Task EndAsync(Stream zstd, CancellationToken token)
    {
        try
        {
            await zstd.CopyToAsync(Stream.Null, token);
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Damaged("it does not have the checksum that it was written with", e);
        }
    }

    private static bool IsDamage(Exception e) => e is ZstdException or InvalidDataException or EndOfStreamException or FormatException or OverflowException or ArgumentException or NotSupportedException;
}

/// <summary>A backup is not as it was written. The message says how, and what to do.</summary>
internal sealed class BackupDamagedException(string message, Exception? inner) : Exception(message, inner);
