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
        var kept = Trim(segments);
        foreach (var (spool, file, _) in kept.Where(segment => segment is { IsClosed: true, File.DataBytes: >= 0 })) Pack(spool, file);
        foreach (var spool in AppLogPaths.Spools(directory)) RemoveEmpty(spool);
    }

    private IEnumerable<Found> Segments(string spool)
    {
        var files = SpoolFiles.List(spool);
        return files.Select((file, i) => new Found(spool, file, i < files.Count - 1 || HasEnded(spool, file)));
    }

    /// <summary>Removes the oldest segments of the app, whatever their source, and returns the others.</summary>
    private List<Found> Trim(List<Found> segments)
    {
        var total = segments.Sum(segment => segment.File.Bytes);
        var kept = new List<Found>();
        foreach (var segment in segments.OrderBy(segment => segment.File.WrittenAt))
        {
            var isTooMuch = total > options.HotBytesPerApp || segment.File.WrittenAt < now - options.KeepFor;
            if (isTooMuch && TryDelete(segment)) total -= segment.File.Bytes;
            else kept.Add(segment);
        }
        return kept;
    }

    private bool TryDelete(Found segment)
    {
        if (segment.IsClosed)
        {
            SpoolFiles.Delete(segment.Spool, segment.File.Start);
            return true;
        }
        if (segment.File.WrittenAt > now - Abandoned) return false;
        var index = SpoolFiles.Path(segment.Spool, segment.File.Start, SpoolFiles.Index);
        using var handle = File.OpenHandle(index, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        if (!SpoolLock.TryTake(handle)) return false;
        SpoolFiles.Delete(segment.Spool, segment.File.Start);
        return true;
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

    private static bool HasEnded(string spool, SpoolFile file)
    {
        if (file.DataBytes < 0) return file.IsPacked;
        using var segment = Segment.Open(spool, file.Start);
        return segment is { Count: > 0 } && segment.TryRecord(segment.Count - 1, out var last) && last.Mark == SpoolMark.End;
    }

    private readonly record struct Found(string Spool, SpoolFile File, bool IsClosed);
}
