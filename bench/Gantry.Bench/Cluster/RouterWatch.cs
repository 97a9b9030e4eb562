using System.Collections.Concurrent;

namespace Gantry.Bench.Cluster;

/// <summary>One router, asked for one app again and again: which run of it answered, and since when. A run says something unique and its address.</summary>
internal sealed class RouterWatch(string address, string host) : IAsyncDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(4);

    private readonly CancellationTokenSource _ended = new();
    private readonly HttpClient _router = new() { BaseAddress = new Uri($"http://{address}"), Timeout = TimeSpan.FromSeconds(10) };
    private readonly ConcurrentDictionary<string, DateTimeOffset> _since = new();
    private Task? _asking;
    private string _newest = "";
    private int _stale;
    private int _failed;

    public string Address => address;

    /// <summary>Answers of a run after a later one had answered here.</summary>
    public int Stale => _stale;

    public int Failed => _failed;

    public void Start() => _asking = Task.Run(AskAsync);

    /// <summary>When this router first answered by what has run at that address since then; null: not yet.</summary>
    public DateTimeOffset? Since(string containerAddress, DateTimeOffset then)
    {
        var times = _since.Where(r => r.Key.EndsWith(" " + containerAddress, StringComparison.Ordinal) && r.Value >= then).Select(r => r.Value).Order().ToList();
        return times.Count > 0 ? times[0] : null;
    }

    private async Task AskAsync()
    {
        while (!_ended.IsCancellationRequested)
        {
            Note(await RunAsync());
            await Task.Delay(_pause);
        }
    }

    private void Note(string? run)
    {
        if (run is null)
            _failed++;
        else if (_since.TryAdd(run, DateTimeOffset.UtcNow))
            _newest = run;
        else if (run != _newest)
            _stale++;
    }

    private async Task<string?> RunAsync()
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = host } };
            using var reply = await _router.SendAsync(request);
            return reply.IsSuccessStatusCode ? await reply.Content.ReadAsStringAsync() : null;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        if (_asking is not null)
            await _asking;
        _router.Dispose();
        _ended.Dispose();
    }
}
