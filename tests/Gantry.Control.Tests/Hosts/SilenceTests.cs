using Gantry.Bus;
using Gantry.Control.Hosts.Remote;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Xunit;

namespace Gantry.Control.Tests.Hosts;

/// <summary>Silence that is not the hosts' own: a control process that is cut off itself, or has just begun, gives nobody up.</summary>
public sealed class SilenceTests : IAsyncDisposable
{
    private readonly MoveCluster _cluster = new();
    private readonly Dictionary<string, FarHost> _far = [];

    public SilenceTests() => _cluster.Host.TakesContainers = false;

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Hosts_ThatAllFallSilent_AreNotGivenUp_AndWhatTheyRunRunsOn()
    {
        var app = await StartAsync("one", "two");
        var before = await IdsAsync(app);

        Silence("one", "two");
        await _cluster.PassAsync(40);
        Assert.All(_far.Keys, h => Assert.Equal(HostPresence.Suspected, PresenceOf(h)));

        // The first that is heard again proves nothing about the other one.
        _far["one"].ComeBack();
        await UntilAsync("one", HostPresence.Ready);
        await _cluster.PassAsync(8, "one");
        Assert.Equal(HostPresence.Suspected, PresenceOf("two"));
        _far["two"].ComeBack();
        await UntilAsync("two", HostPresence.Ready);

        Assert.Equal(before, await IdsAsync(app));
        Assert.All(_far.Values, f => Assert.Single(f.Played.Started));
    }

    [Fact]
    public async Task Host_ThatStaysSilentWhenOthersAreHeardAgain_IsGivenUp()
    {
        var app = await StartAsync("one", "two");
        Silence("one", "two");
        await _cluster.PassAsync(40);

        _far["one"].ComeBack();
        await UntilAsync("one", HostPresence.Ready);
        await _cluster.PassAsync(16, "one");

        await UntilAsync("two", HostPresence.Lost);
        await _cluster.UntilAsync(async () => (await _cluster.LiveAsync(app)).All(c => c.Host?.Value == "one"), "all of it is elsewhere");
    }

    [Fact]
    public async Task Control_ThatIsRestarted_WaitsForTheLastHostAsLongAsItHearsNewOnes()
    {
        var app = await StartAsync("one", "two", "three");
        var before = await IdsAsync(app);
        await RestartInSilenceAsync("one", "two", "three");

        _far["one"].ComeBack();
        await UntilAsync("one", HostPresence.Ready);
        await _cluster.PassAsync(10, "one");
        _far["two"].ComeBack();
        await UntilAsync("two", HostPresence.Ready);
        await _cluster.PassAsync(10, "one", "two");
        Assert.Equal(HostPresence.Unknown, PresenceOf("three"));
        _far["three"].ComeBack();
        await UntilAsync("three", HostPresence.Ready);

        Assert.Equal(before, await IdsAsync(app));
    }

    [Fact]
    public async Task Control_ThatHearsNoHostAfterItsStart_GivesNoneUp_ButRoutes()
    {
        var app = await StartAsync("one", "two");
        var before = await IdsAsync(app);
        await RestartInSilenceAsync("one", "two");

        await UntilAsync("one", HostPresence.Suspected);
        await _cluster.UntilAsync(() => Task.FromResult(_cluster.Host.Get<LastRoutes>().Table.Hosts.Count == 1), "the first routes");

        Assert.Equal(before, await IdsAsync(app));
    }

    /// <summary>An app with a container on each of these hosts.</summary>
    private async Task<App> StartAsync(params string[] hosts)
    {
        foreach (var (name, number) in hosts.Zip(Enumerable.Range(1, hosts.Length)))
            _far[name] = await _cluster.JoinAsync(name, number);
        await _cluster.StartAsync();
        var app = await _cluster.Host.AddAppAsync(webs: hosts.Length);
        _cluster.Host.Get<IBus>().Publish(new AppChanged(app.Id));
        await _cluster.UntilAsync(
            async () => _far.Values.All(f => f.Played.Started.Count == 1) && (await _cluster.LiveAsync(app)).Count(c => c.State == ContainerState.Running) == hosts.Length, "a container on each host");
        return app;
    }

    private async Task RestartInSilenceAsync(params string[] hosts)
    {
        await _cluster.Host.StopAsync();
        Silence(hosts);
        await _cluster.Host.StartAgainAsync();
    }

    private void Silence(params string[] hosts)
    {
        foreach (var host in hosts)
            _far[host].FallSilent();
    }

    private async Task<HashSet<ContainerId>> IdsAsync(App app) => [.. (await _cluster.LiveAsync(app)).Where(c => c is { StoppedAt: null, Wanted: true }).Select(c => c.Id)];

    private HostPresence? PresenceOf(string host) => _cluster.Host.Get<HostSessions>().Find(new HostId(host))?.Presence;

    private Task UntilAsync(string host, HostPresence presence) => _cluster.UntilAsync(() => Task.FromResult(PresenceOf(host) == presence), $"{host} is {presence}");
}
