using System.Globalization;
using Gantry.Domain;
using Gantry.Linux.Pipes;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Logs;

/// <summary>
/// Archives are compressed segments that were moved aside, in the format they had, so nothing is ever in two places. One
/// archive is what a container wrote within a fixed range of its stream.
/// </summary>
internal sealed class LogArchives(IOptions<AppLogOptions> options) : ILogArchives
{
    /// <summary>Bytes of the stream in one archive, uncompressed.</summary>
    private const long Range = 64 << 20;

    public IReadOnlyList<LogArchive> List(AppId app) =>
    [
        .. from spool in AppLogPaths.ArchivedSpools(AppLogPaths.App(options.Value.Directory, app))
           from range in SpoolFiles.List(spool).GroupBy(file => file.Start / Range)
           let last = range.Max(file => file.WrittenAt)
           orderby last descending
           select new LogArchive(
               $"{Path.GetFileName(spool)}@{range.Key.ToString(CultureInfo.InvariantCulture)}",
               Begin(spool, range.First(), last), last, range.Sum(file => file.Bytes)),
    ];

    public IEnumerable<LogLine>? Read(AppId app, string id)
    {
        var parts = id.Split('@');
        if (parts.Length != 2 || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var range)) return null;
        var spool = AppLogPaths.ArchivedSpools(AppLogPaths.App(options.Value.Directory, app)).FirstOrDefault(path => Path.GetFileName(path) == parts[0]);
        var files = spool is null ? [] : SpoolFiles.List(spool).Where(file => file.Start / Range == range).ToList();
        return files.Count == 0 ? null : Lines(spool!, files);
    }

    private IEnumerable<LogLine> Lines(string spool, List<SpoolFile> files)
    {
        var end = files[^1].Start + PackedHeader.Read(spool, files[^1].Start).DataLength;
        var lines = new LineAssembler(spool, options.Value.MaxLineBytes) { IsSkipping = BeginsWithinALine(spool, files[0].Start) };
        using var cursor = new SpoolCursor(spool, files[0].Start);
        while (cursor.Step(lines, end, showOpenLoss: true))
        {
            foreach (var line in lines.Lines.ToLines()) yield return line;
            lines.Lines.Clear();
        }
        cursor.PassMarks(lines);
        if (lines.Unfinished is not null) Finish(lines, end, [spool, AppLogPaths.Unarchived(spool)]);
        lines.Flush();
        foreach (var line in lines.Lines.ToLines()) yield return line;
    }

    /// <summary>Its beginning is shown at the end of the archive before, if that is still there.</summary>
    private static bool BeginsWithinALine(string spool, long start)
    {
        var before = SpoolFiles.List(spool).LastOrDefault(file => file.Start < start);
        if (!before.IsPacked) return false;
        Span<byte> last = stackalloc byte[1];
        return PackedSegment.Load(spool, before.Start).Read(start - 1, last) == 1 && last[0] != '\n';
    }

    /// <summary>The last line goes on behind the archive.</summary>
    private static void Finish(LineAssembler lines, long end, string[] spools)
    {
        var count = lines.Lines.Count;
        foreach (var spool in spools.Where(spool => SpoolFiles.List(spool).Any(file => file.Start == end)))
        {
            using var cursor = new SpoolCursor(spool, end);
            while (lines.Lines.Count == count && cursor.Step(lines)) { }
            if (lines.Lines.Count == count) return;
            lines.Lines.KeepFirst(count + 1);
            lines.Forget();
            return;
        }
    }

    /// <summary>When its first byte came, from the beginning of the index, without unpacking the rest.</summary>
    private static DateTimeOffset Begin(string spool, SpoolFile first, DateTimeOffset otherwise)
    {
        try
        {
            return PackedSegment.ReadBegin(spool, first.Start) is { } at ? DateTimeOffset.UnixEpoch.AddTicks(at / 100) : otherwise;
        }
        catch (IOException)
        {
            // The bound has just removed it.
            return otherwise;
        }
    }
}
