using Gantry.Agent.Logs;
using Gantry.Control.Hosts.Remote;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Xunit;

namespace Gantry.Control.Tests.Hosts;

/// <summary>A log whose lines are on several hosts.</summary>
public sealed class ClusterLogTests : IAsyncDisposable
{
    private const string NotWhole = "-- a host does not answer: if containers of this app ran there, what they wrote is missing here until it is back --";

    private readonly MoveCluster _cluster = new();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Tail_WhileAHostDoesNotAnswer_SaysThatItIsNotWhole()
    {
        await JoinAsync("one", 1);
        var two = await JoinAsync("two", 2);
        await _cluster.StartAsync();
        var app = await _cluster.Host.AddAppAsync(webs: 0);
        Assert.Equal(["one", "two"], await ReadAsync(app.Id));

        two.FallSilent();
        // Asked in vain, then not asked.
        Assert.Equal(["one", NotWhole], await ReadAsync(app.Id));
        await _cluster.UntilAsync(() => Task.FromResult(PresenceOf("two") != HostPresence.Ready), "two is away");
        Assert.Equal(["one", NotWhole], await ReadAsync(app.Id));

        two.ComeBack();
        await _cluster.UntilAsync(() => Task.FromResult(PresenceOf("two") == HostPresence.Ready), "two is back");
        Assert.Equal(["one", "two"], await ReadAsync(app.Id));
    }

    private async Task<FarHost> JoinAsync(string name, int number)
    {
        var far = await _cluster.JoinAsync(name, number);
        far.Said.Add(new LogLine(DateTimeOffset.UnixEpoch.AddSeconds(number), "web-1", name));
        return far;
    }

    private async Task<IReadOnlyList<string>> ReadAsync(AppId app)
    {
        using var lines = await _cluster.Host.Get<IAppLog>().TailBatchAsync(app, LogFilter.All, 10, ControlHost.Token);
        return [.. lines.ToLines().Select(l => l.Text)];
    }

    private HostPresence? PresenceOf(string host) => _cluster.Host.Get<HostSessions>().Find(new HostId(host))?.Presence;
}
