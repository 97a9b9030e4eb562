using Gantry.Agent.Metrics;
using Gantry.Domain;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using EventId = Microsoft.Extensions.Logging.EventId;

namespace Gantry.Agent.Tests.Metrics;

public sealed class SeriesStoreTests : IDisposable
{
    private static readonly DateTimeOffset _at = DateTimeOffset.UtcNow.AddSeconds(-20);
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"gantry-series-{Guid.NewGuid():N}");
    private readonly ToldLog _log = new();

    [Fact]
    public async Task Series_BeyondTheMost_AreNotKept_WhichIsSaidOnce()
    {
        using var store = new SeriesStore(Options.Create(new AgentOptions { DataDirectory = _folder }), TimeProvider.System, _log) { Most = 2 };
        AddAll(store, _at);
        AddAll(store, _at.AddSeconds(10));
        Assert.Equal(2, store.Read(new AppId("one"), "web-1", _at.AddMinutes(-1)).Count);
        Assert.Empty(store.Read(new AppId("four"), "web-1", _at.AddMinutes(-1)));
        Assert.Single(_log.Told);

        await store.CollectAsync(app => Task.FromResult(app.Value != "one"));
        store.Add(new AppId("four"), "web-1", _at, default);
        Assert.Single(store.Read(new AppId("four"), "web-1", _at.AddMinutes(-1)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void AddAll(SeriesStore store, DateTimeOffset at)
    {
        foreach (var app in (string[])["one", "two", "three", "four"])
            store.Add(new AppId(app), "web-1", at, default);
    }

    private sealed class ToldLog : ILogger<SeriesStore>
    {
        public List<string> Told { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Told.Add(formatter(state, exception));
    }
}
