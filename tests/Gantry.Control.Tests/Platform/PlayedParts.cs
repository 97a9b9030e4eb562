using System.Collections.Concurrent;
using Gantry.Agent.Images;
using Gantry.Agent.Logs;
using Gantry.Agent.Metrics;
using Gantry.Build;
using Gantry.Domain;
using Gantry.Router;

namespace Gantry.Control.Tests.Platform;

/// <summary>Keeps what the platform told each app.</summary>
internal sealed class ToldLog : IAppLog
{
    private readonly ConcurrentQueue<(AppId App, string Text)> _lines = new();

    public IReadOnlyList<string> Of(AppId app) => [.. _lines.Where(l => l.App == app).Select(l => l.Text)];

    public void Append(AppId app, string source, string text) => _lines.Enqueue((app, text));

    public Task<IReadOnlyList<LogLine>> TailAsync(AppId app, LogFilter filter, int count, CancellationToken token) => Task.FromResult<IReadOnlyList<LogLine>>([]);

    public IAsyncEnumerable<LogLine> FollowAsync(AppId app, LogFilter filter, CancellationToken token) => throw new NotSupportedException();

    public Task<LogCursor> EndAsync(AppId app, LogFilter filter, CancellationToken token) => throw new NotSupportedException();

    public IAsyncEnumerable<LogLine> FollowAsync(AppId app, LogFilter filter, LogCursor from, CancellationToken token) => throw new NotSupportedException();

    public Task RemoveAsync(AppId app, CancellationToken token) => Task.CompletedTask;
}

/// <summary>A host that started with the test.</summary>
internal sealed class PlayedUptime(TimeProvider time) : IHostClock
{
    private readonly long _start = time.GetTimestamp();

    public string BootId => "boot-1";

    public TimeSpan Uptime => time.GetElapsedTime(_start);
}

/// <summary>The route table that was swapped in last, after all those before.</summary>
internal sealed class LastRoutes(ConcurrentQueue<RouteTableModel> all) : IRouteTable
{
    public RouteTableModel Table { get; private set; } = RouteTableModel.Empty;

    public void Swap(RouteTableModel table) => all.Enqueue(Table = table);

    public int InFlight(ContainerId container) => 0;

    public IReadOnlyCollection<ContainerId> Draining { get; set; } = [];

    public void Followed(long began)
    {
    }
}

/// <summary>Layers that are always there.</summary>
internal sealed class PresentLayers : ILayerCache
{
    public bool Has(Digest digest) => true;

    public Task<string> EnsureAsync(Digest digest, CancellationToken token) => Task.FromResult("/");

    public Task AddAsync(Func<Stream, CancellationToken, Task<Digest?>> make, CancellationToken token) => make(Stream.Null, token);

    public Task CollectAsync(IReadOnlySet<Digest> needed, CancellationToken token) => Task.CompletedTask;
}

/// <summary>A builder whose builds last until the test ends them.</summary>
internal sealed class PlayedBuilder : IBuilder
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Outcome<BuildResult>>> _builds = new();

    public IReadOnlyCollection<string> Running => [.. _builds.Where(b => !b.Value.Task.IsCompleted).Select(b => b.Key)];

    public Task<Outcome<BuildResult>> BuildAsync(BuildRequest request, IBuildOutput output, CancellationToken token) =>
        _builds.GetOrAdd(request.AppName, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task.WaitAsync(token);

    public void Fail(string appName) => _builds[appName].SetResult(Refusal.Invalid("source", "No buildpack took it."));

    public Task DeleteCacheAsync(AppId app, CancellationToken token) => Task.CompletedTask;
}

/// <summary>Samples that the test made up.</summary>
internal sealed class PlayedMetrics : IHostMetrics
{
    public HostUsage? Host => null;

    public IReadOnlyList<ContainerRates> Containers { get; set; } = [];

    public Dictionary<(AppId App, string Label), IReadOnlyList<MetricPoint>> Series { get; } = [];

    public RequestTotals Requests => default;

    public void Watch()
    {
    }

    public void CountRequest(AppId app, int status, TimeSpan duration) => throw new NotSupportedException();

    public IReadOnlyList<string> Labels(AppId app) => throw new NotSupportedException();

    public IReadOnlyList<MetricPoint> Read(AppId app, string label, DateTimeOffset since) =>
        [.. Series.GetValueOrDefault((app, label), []).Where(p => p.At >= since)];
}
