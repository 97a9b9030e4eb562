using System.Globalization;
using Gantry.Linux.Pipes;

namespace Gantry.Agent.Logs;

/// <summary>
/// Holds the logs of all apps together within what the host can spare. The app that takes most gives first: its oldest
/// archive, and when nobody has archives left, its oldest closed segment.
/// </summary>
internal sealed class HostLogBound(AppLogOptions options)
{
    /// <summary>Frees a little more than it must, so that the next line does not start it again.</summary>
    private const double Target = 0.95;

    /// <summary>Of a file system that others have filled, one part in so many stays with the logs: to delete that too would free nothing that matters.</summary>
    private const int Kept = 100;

    public LogDiskStatus Apply(long deletedBefore)
    {
        var apps = Directory.EnumerateDirectories(options.Directory).Select(Usage.Of).ToList();
        var bytes = apps.Sum(app => app.Bytes);
        var bound = Bound(bytes);
        if (bytes <= bound) return new LogDiskStatus(bytes, bound, deletedBefore, null);
        var left = Free(apps, bytes, (long)(bound * Target));
        return new LogDiskStatus(left, bound, deletedBefore + bytes - left, Trouble(bytes - left, left, bound));
    }

    /// <summary>The configured bound, and less when others have filled the disk.</summary>
    private long Bound(long bytes)
    {
        var disk = new DriveInfo(options.Directory);
        var bound = options.BytesPerHost > 0 ? options.BytesPerHost : disk.TotalSize / 5;
        return Math.Min(bound, Math.Max(disk.TotalSize / Kept, bytes + disk.AvailableFreeSpace - disk.TotalSize / 50));
    }

    private static long Free(List<Usage> apps, long bytes, long target)
    {
        foreach (var of in new Func<Usage, Queue<Usage.Segment>>[] { app => app.Archived, app => app.Closed })
        {
            while (bytes > target && apps.Where(app => of(app).Count > 0).MaxBy(app => app.Bytes) is { } largest)
            {
                var segment = of(largest).Dequeue();
                SpoolFiles.Delete(segment.Spool, segment.File.Start);
                largest.Bytes -= segment.File.Bytes;
                bytes -= segment.File.Bytes;
            }
        }
        return bytes;
    }

    private static string Trouble(long deleted, long left, long bound) => string.Create(
        CultureInfo.InvariantCulture,
        $"The logs of all apps took more than the {bound >> 20} MiB that this host can spare for them: {deleted >> 10} KiB were deleted early, from the apps that took most.{(left > bound ? " What is left are segments in use." : "")} Free disk space, or raise Gantry:Logs:BytesPerHost if the disk is large enough.");

    /// <summary>What one app takes.</summary>
    private sealed class Usage
    {
        public long Bytes { get; set; }

        public Queue<Segment> Archived { get; private init; } = [];

        public Queue<Segment> Closed { get; private init; } = [];

        public static Usage Of(string app)
        {
            var archived = AppLogPaths.ArchivedSpools(app).SelectMany(Segments).ToList();
            var hot = AppLogPaths.Spools(app).Select(spool => Segments(spool).ToList()).ToList();
            return new Usage
            {
                Bytes = archived.Concat(hot.SelectMany(spool => spool)).Sum(segment => segment.File.Bytes),
                Archived = new(archived.OrderBy(segment => segment.File.WrittenAt)),
                // The newest of a spool may be in use; the compressed ones are not.
                Closed = new(hot.SelectMany(spool => spool.Where((segment, i) => i < spool.Count - 1 || segment.File.DataBytes < 0))
                    .OrderBy(segment => segment.File.WrittenAt)),
            };
        }

        private static IEnumerable<Segment> Segments(string spool) => SpoolFiles.List(spool).Select(file => new Segment(spool, file));

        /// <summary>A segment and the spool it is in.</summary>
        public readonly record struct Segment(string Spool, SpoolFile File);
    }
}
