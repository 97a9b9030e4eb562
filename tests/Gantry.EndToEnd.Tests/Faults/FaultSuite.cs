using Gantry.EndToEnd.Tests.Faults.Checks;
using Gantry.EndToEnd.Tests.Platform;

namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>One run: tenants, load and watch on one side, faults on the other, and the verdict.</summary>
public sealed class FaultSuite(Cluster cluster, Database database, Settings settings, Journal journal) : IDisposable
{
    private static readonly TimeSpan _settled = TimeSpan.FromSeconds(60);

    private readonly TenantApi _api = new(cluster.Platform, journal);
    private readonly List<(FaultApp App, Tenant Tenant)> _all = [];
    private readonly SlotClaims _claims = new();

    public int Sent { get; private set; }

    public void Dispose() => _api.Dispose();

    public async Task RunAsync()
    {
        var idle = new List<(int, int)>();
        for (var host = 1; host <= Cluster.Hosts; host++)
            idle.Add(await Leaks.CountAsync(cluster, host));
        await PrepareAsync();
        using var load = new Load(new Uri($"http://127.0.0.1:{cluster.Platform.EdgePort}"), [.. _all.Select(a => a.App)], _claims, journal);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(journal.Broken);
        var asking = load.RunAsync(end.Token);
        await BreakAsync();
        // Without a verdict yet, one would only wait for what is broken.
        if (!journal.Broken.IsCancellationRequested)
            await SettleAsync(load);
        await end.CancelAsync();
        await asking;
        Sent = load.Sent;
        journal.Judge();
        if (!journal.Broken.IsCancellationRequested)
            await LeaveAsync(idle);
    }

    private async Task PrepareAsync()
    {
        (string Name, int Size, int Most)[] apps = [("solo", 1, 1), ("pair", 2, 3), ("many", 3, 4)];
        foreach (var (name, size, most) in apps)
        {
            var app = new FaultApp(await cluster.Platform.CreateAppAsync(name), size, $"{name}-first");
            _all.Add((app, new Tenant(app, cluster.Platform, _api, journal, settings.Seed + _all.Count, most)));
        }

        await Task.WhenAll(_all.Select(a => a.Tenant.DeployFirstAsync(journal.Broken)));
        journal.Say($"apps are there: {string.Join(", ", _all.Select(a => $"{a.App.Name} ({a.App.Size.Single})"))}");
    }

    private async Task BreakAsync()
    {
        var injector = new Injector(cluster, database, _api, journal);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(journal.Broken);
        var watch = new Watch(cluster, database, injector, journal).RunAsync(end.Token);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(journal.Broken);
        var tenants = _all.Select(a => a.Tenant.RunAsync(stop.Token, journal.Broken)).ToList();
        await injector.RunAsync(FaultSchedule.Draw(settings.Seed, Cluster.Hosts, settings.Only), journal.Clock.Now + settings.Length, journal.Broken);
        journal.Say("no more faults; the tenants end what they have begun");
        await stop.CancelAsync();
        await Task.WhenAll(tenants);
        await end.CancelAsync();
        await watch;
    }

    /// <summary>What is wanted is what there is, and all that was acknowledged is in effect.</summary>
    private async Task SettleAsync(Load load)
    {
        var differences = "";
        try
        {
            await Wait.ForAsync<object>(async () => (differences = await DifferencesAsync()).Length == 0 ? this : null, "the end of all differences", _settled);
        }
        catch (TimeoutException)
        {
            journal.Violate($"{_settled.TotalSeconds:0} s after the last fault: {differences}");
            return;
        }

        journal.Say("what runs is what is wanted");
        foreach (var (app, tenant) in _all)
        {
            await tenant.CheckReadableAsync(journal.Broken);
            await tenant.RestartAsync(journal.Broken);
            await CheckLinesAsync(app, tenant);
        }

        // What the restarted containers show, each of them.
        for (var i = 0; i < 16; i++)
            await Task.WhenAll(_all.Select(a => load.AskAsync(a.App)));
    }

    private async Task<string> DifferencesAsync()
    {
        var live = await database.ContainersAsync();
        var differences = new List<string>();
        foreach (var (app, _) in _all)
        {
            var (there, wanted) = (live.Where(c => c.App == app.Name).ToList(), app.Size.Now);
            if (!wanted.Contains(there.Count) || there.Exists(c => c is not { Type: "web", State: "Running", Wanted: true, IsCurrent: true }))
                differences.Add($"{app.Name} wants {string.Join(" or ", wanted)}, has {string.Join(", ", there.Select(c => $"{c.Type}-{c.Slot} {c.State}"))}");
        }

        for (var host = 1; host <= Cluster.Hosts; host++)
        {
            var (recorded, running) = (live.Where(c => c.Host == Cluster.IdOf(host)).Select(c => c.Id).Order().ToList(), Leaks.Groups(host).Order().ToList());
            if (!recorded.SequenceEqual(running))
                differences.Add($"host {host} should run {string.Join(", ", recorded)}, runs {string.Join(", ", running)}");
        }

        return string.Join("; ", differences);
    }

    private async Task CheckLinesAsync(FaultApp app, Tenant tenant)
    {
        var subnets = await database.ReadAsync("SELECT id, subnet FROM hosts WHERE subnet IS NOT NULL", r => (Id: r.GetString(0), Subnet: System.Net.IPNetwork.Parse(r.GetString(1))));
        var written = app.Runs.Select(run => new WrittenLines(run.Key, run.Value.Written, WasCut(run.Value.Address, run.Value.At, subnets) ? 60 : 0)).ToList();
        var log = await tenant.LogAsync(50_000, journal.Broken);
        foreach (var wrong in NumberedLines.Check(log, written))
            journal.Violate($"in the log of {app.Name} {wrong}");
        journal.Say($"{app.Name}: {written.Sum(w => w.Written)} acknowledged lines of {written.Count} runs are there once");
    }

    /// <summary>It spoke last when the power of its host was cut.</summary>
    private bool WasCut(string address, TimeSpan last, IReadOnlyList<(string Id, System.Net.IPNetwork Subnet)> subnets) =>
        subnets.FirstOrDefault(s => s.Subnet.Contains(System.Net.IPAddress.Parse(address))).Id is { } host
        && journal.Faults.Any(f => f.Fault.Kind == FaultKind.KillHost && Cluster.IdOf(f.Fault.Host) == host && last >= f.From - TimeSpan.FromSeconds(3) && last <= f.From + TimeSpan.FromSeconds(3));

    private async Task LeaveAsync(IReadOnlyList<(int, int)> idle)
    {
        foreach (var (app, _) in _all)
            await cluster.Platform.DestroyAsync(app.Name);
        IReadOnlyList<string> leaks = [];
        try
        {
            await Wait.ForAsync<object>(async () => (leaks = await Leaks.OfIdleHostsAsync(cluster, idle)).Count == 0 ? this : null, "the end of all containers", _settled);
        }
        catch (TimeoutException)
        {
            foreach (var leak in leaks)
                journal.Violate($"leaked: {leak}");
        }

        var connections = await database.ConnectionsAsync();
        if (connections > 40)
            journal.Violate($"{connections} connections to the database, 40 at most are allowed");
        journal.Say($"nothing is left on the hosts; {connections} connections to the database");
    }
}
