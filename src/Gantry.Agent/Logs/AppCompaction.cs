using Gantry.Linux.Pipes;

namespace Gantry.Agent.Logs;

/// <summary>One round over the spools of one app.</summary>
internal sealed class AppCompaction(string directory, AppLogOptions options, DateTimeOffset now)
{
    /// <summary>A spool without an end whose writer is gone for so long will not be gone on with.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);

    /// <summary>A new directory is empty for a moment.</summary>
    private static readonly TimeSpan EmptyFor = TimeSpan.FromMinutes(1);

    public void Run()
    {
        var segments = AppLogPaths.Spools(directory).SelectMany(Segments).ToList();
        var kept = Archive(segments);
        foreach (var (spool, file, _) in kept.Where(segment => segment is { IsClosed: true, File.DataBytes: >= 0 })) Pack(spool, file);
        TrimArchives();
        foreach (var spool in AppLogPaths.Spools(directory).Concat(AppLogPaths.ArchivedSpools(directory))) RemoveEmpty(spool);
    }

    /// <summary>Bytes that had to go without being archived, because the disk had no room for that.</summary>
    public long Lost { get; private set; }

    private IEnumerable<Found> Segments(string spool)
    {
        var files = SpoolFiles.List(spool);
        return files.Select((file, i) => new Found(spool, file, i < files.Count - 1 || HasEnded(spool, file)));
    }

    /// <summary>Moves the oldest segments of the app to its archives, whatever their source, and returns the others.</summary>
    private List<Found> Archive(List<Found> segments)
    {
        var total = segments.Sum(segment => segment.File.Bytes);
        var kept = new List<Found>();
        foreach (var segment in segments.OrderBy(segment => segment.File.WrittenAt))
        {
            var isTooMuch = total > options.HotBytesPerApp || segment.File.WrittenAt < now - options.HotFor;
            if (isTooMuch && TryArchive(segment)) total -= segment.File.Bytes;
            else kept.Add(segment);
        }
        return kept;
    }

    private bool TryArchive(Found segment)
    {
        if (segment.IsClosed)
        {
            MoveAside(segment.Spool, segment.File);
            return true;
        }
        if (segment.File.WrittenAt > now - Abandoned) return false;
        var index = SpoolFiles.Path(segment.Spool, segment.File.Start, SpoolFiles.Index);
        using var handle = File.OpenHandle(index, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        if (!SpoolLock.TryTake(handle)) return false;
        MoveAside(segment.Spool, segment.File);
        return true;
    }

    /// <summary>Compresses and moves: at each moment the segment is whole in one of both places.</summary>
    private void MoveAside(string spool, SpoolFile file)
    {
        try
        {
            if (file.DataBytes >= 0) Pack(spool, file);
            var target = AppLogPaths.Archive(spool);
            Directory.CreateDirectory(target);
            File.Move(SpoolFiles.Path(spool, file.Start, SpoolFiles.Packed), SpoolFiles.Path(target, file.Start, SpoolFiles.Packed), overwrite: true);
        }
        catch (IOException e) when (Errno.MeansFull(e.HResult) || Errno.MeansFull(e.HResult & 0xFFFF))
        {
            SpoolFiles.Delete(spool, file.Start);
            Lost += file.Bytes;
        }
    }

    private void TrimArchives()
    {
        var archives = AppLogPaths.ArchivedSpools(directory).SelectMany(spool => SpoolFiles.List(spool).Select(file => (Spool: spool, File: file))).ToList();
        var total = archives.Sum(archive => archive.File.Bytes);
        foreach (var (spool, file) in archives.OrderBy(archive => archive.File.WrittenAt))
        {
            if (total <= options.ArchiveBytesPerApp && file.WrittenAt >= now - options.ArchiveFor) break;
            SpoolFiles.Delete(spool, file.Start);
            total -= file.Bytes;
        }
    }

    private static void Pack(string spool, SpoolFile file)
    {
        // Both forms: the round before was killed between making the one and removing the other.
        if (file.IsPacked) PackedSegment.RemovePlain(spool, file.Start);
        else PackedSegment.Pack(spool, file);
    }

    private void RemoveEmpty(string spool)
    {
        foreach (var leftover in Directory.GetFiles(spool, "*.tmp")) File.Delete(leftover);
        if (Directory.GetLastWriteTimeUtc(spool) > (now - EmptyFor).UtcDateTime) return;
        if (!Directory.EnumerateFileSystemEntries(spool).Any()) Directory.Delete(spool);
    }

    /// <remarks>
    /// An empty one has not: segments are named by where they begin, so a container that is started anew goes on in it, and would be
    /// taken for what its compressed form has already.
    /// </remarks>
    private static bool HasEnded(string spool, SpoolFile file)
    {
        if (file.DataBytes <= 0) return file.IsPacked;
        using var segment = Segment.Open(spool, file.Start);
        return segment is { Count: > 0 } && segment.TryRecord(segment.Count - 1, out var last) && last.Mark == SpoolMark.End;
    }

    private readonly record struct Found(string Spool, SpoolFile File, bool IsClosed);
}
