using Gantry.Domain;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Metrics;

/// <summary>The series of this host, a folder an app. Bounded: a fixed number of files of a fixed size.</summary>
internal sealed partial class SeriesStore(IOptions<AgentOptions> options, TimeProvider time, ILogger<SeriesStore> logger) : IDisposable
{
    /// <summary>Together 1.7 GB at most; beyond it new series are not kept until old ones are.</summary>
    public const int MostSeries = 10_000;

    private const string Extension = ".ring";
    private static readonly TimeSpan Retention = TimeSpan.FromDays(90);
    private readonly Dictionary<(string App, string Label), SeriesFile> _open = [];
    private readonly HashSet<(string App, string Label)> _refused = [];
    private readonly Lock _lock = new();
    private int? _count;

    /// <summary><see cref="MostSeries"/>, or what a test can fill.</summary>
    internal int Most { get; init; } = MostSeries;

    private string Folder => options.Value.MetricsDirectory;

    public void Add(AppId app, string label, DateTimeOffset at, in MetricValues values)
    {
        lock (_lock)
        {
            try
            {
                Open(app.Value, label)?.Add(at, values);
            }
            catch (IOException e)
            {
                Log.NotKept(logger, app.Value, label, e);
            }
        }
    }

    public IReadOnlyList<string> Labels(AppId app) =>
        Directory.Exists(FolderOf(app.Value))
            ? [.. Directory.GetFiles(FolderOf(app.Value), "*" + Extension).Select(f => Path.GetFileNameWithoutExtension(f)!).Where(l => l != MetricSeries.Router).Order(StringComparer.Ordinal)]
            : [];

    public IReadOnlyList<MetricPoint> Read(AppId app, string label, DateTimeOffset since)
    {
        lock (_lock)
        {
            if (!IsName(app.Value) || !IsName(label) || !File.Exists(PathOf(app.Value, label)))
                return [];
            return Open(app.Value, label)?.Read(since, time.GetUtcNow()) ?? [];
        }
    }

    /// <summary>Deletes the series of apps that are gone, and those that nothing was added to for as long as they reach back.</summary>
    public async Task CollectAsync(Func<AppId, Task<bool>> exists)
    {
        Flush();
        lock (_lock)
            _refused.Clear();
        foreach (var folder in Directory.Exists(Folder) ? Directory.GetDirectories(Folder) : [])
        {
            var gone = !await exists(new AppId(Path.GetFileName(folder)));
            lock (_lock)
                Collect(folder, gone);
        }
    }

    public void Flush()
    {
        lock (_lock)
        {
            try
            {
                foreach (var file in _open.Values)
                    file.Flush();
            }
            catch (IOException e)
            {
                Log.NotKept(logger, "*", "*", e);
            }
        }
    }

    public void Dispose()
    {
        Flush();
        lock (_lock)
            foreach (var file in _open.Values)
                file.Dispose();
    }

    private void Collect(string folder, bool gone)
    {
        foreach (var file in new DirectoryInfo(folder).GetFiles().Where(f => gone || time.GetUtcNow() - f.LastWriteTimeUtc > Retention))
        {
            if (_open.Remove((Path.GetFileName(folder), Path.GetFileNameWithoutExtension(file.Name)), out var open))
                open.Dispose();
            file.Delete();
            _count = null;
        }

        if (!Directory.EnumerateFileSystemEntries(folder).Any())
            Directory.Delete(folder);
    }

    private SeriesFile? Open(string app, string label)
    {
        if (_open.TryGetValue((app, label), out var file))
            return file;
        if (_refused.Contains((app, label)) || !IsName(app) || !IsName(label))
            return null;
        _count ??= Directory.Exists(Folder) ? Directory.GetFiles(Folder, "*" + Extension, SearchOption.AllDirectories).Length : 0;
        var path = PathOf(app, label);
        if (!File.Exists(path) && ++_count > Most)
        {
            _count--;
            // Once for all of them: there may be ten times as many.
            if (_refused.Count == 0)
                Log.TooMany(logger, Most, app, label);
            _refused.Add((app, label));
            return null;
        }

        return _open[(app, label)] = new SeriesFile(path);
    }

    /// <summary>Names become file names.</summary>
    private static bool IsName(string name) => name.Length is > 0 and <= 200 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private string FolderOf(string app) => Path.Combine(Folder, app);

    private string PathOf(string app, string label) => Path.Combine(FolderOf(app), label + Extension);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The metrics of {App} {Label} could not be kept: make room on the disk; the charts have a gap")]
        public static partial void NotKept(ILogger logger, string app, string label, Exception e);

        [LoggerMessage(2, LogLevel.Warning, "There are {Most} series of metrics on this host already: those of {App} {Label}, and of whatever comes after it, are not kept")]
        public static partial void TooMany(ILogger logger, int most, string app, string label);
    }
}
