using Gantry.Domain;

namespace Gantry.Agent.Logs;

/// <summary>Follows all spools of an app that pass a filter, also those of containers that start later.</summary>
internal sealed class AppFollower : IDisposable
{
    private readonly string _directory;
    private readonly LogFilter _filter;
    private readonly int _maxLineBytes;
    private readonly HashSet<string> _known = [];
    private readonly List<SpoolFollower> _spools = [];

    /// <param name="from">Null: from now on.</param>
    public AppFollower(AppLogOptions options, AppId app, LogFilter filter, LogCursor? from = null)
    {
        (_directory, _filter, _maxLineBytes) = (AppLogPaths.App(options.Directory, app), filter, options.MaxLineBytes);
        Discover(spool => from is null ? SpoolFollower.FromEnd(spool, _maxLineBytes) : SpoolFollower.From(spool, PositionIn(spool), _maxLineBytes));

        LogPosition PositionIn(string spool) => from.Of(Path.GetFileName(spool)) ?? LogPosition.Beginning(Path.GetFileName(spool));
    }

    /// <summary>Where each spool has to be read on.</summary>
    public LogCursor Cursor => new(_spools.Select(spool => spool.Position));

    /// <summary>Fills a batch with the lines since the last call, the sources merged by time.</summary>
    /// <returns>True when there is more than one turn's worth.</returns>
    public bool Take(LogBatch lines)
    {
        lines.Clear();
        // A container may start, speak and end between two calls; its spool is found all the same.
        Discover(spool => SpoolFollower.FromStart(spool, _maxLineBytes));
        var isMore = false;
        for (var i = _spools.Count - 1; i >= 0; i--)
        {
            var hasMore = _spools[i].Take(lines);
            isMore |= hasMore;
            if (!hasMore && _spools[i].HasEnded) Drop(i);
        }
        lines.SortByTime();
        return isMore;
    }

    public void Dispose() => _spools.ForEach(spool => spool.Dispose());

    private void Discover(Func<string, SpoolFollower> follow)
    {
        var present = AppLogPaths.Spools(_directory);
        foreach (var spool in present)
            if (_filter.Matches(AppLogPaths.SourceOf(spool)) && _known.Add(spool))
                _spools.Add(follow(spool));
        _known.IntersectWith(present);
    }

    private void Drop(int index)
    {
        _spools[index].Dispose();
        _spools.RemoveAt(index);
    }
}
