using Gantry.EndToEnd.Tests.Faults.Checks;
using Gantry.EndToEnd.Tests.Platform;

namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>One run: tenants, load and watch on one side, faults on the other, and the verdict.</summary>
public sealed class FaultSuite(FaultTarget target, Database database, Settings settings, Journal journal) : IDisposable
{
    private static readonly TimeSpan _settled = TimeSpan.FromSeconds(60);

    private readonly TenantApi _api = new(target, journal);
    private readonly List<(FaultApp App, Tenant Tenant)> _all = [];
    private readonly SlotClaims _claims = new();
    private Load? _load;

    /// <summary>Requests of the load so far.</summary>
    public int Sent => _load?.Sent ?? 0;

    public void Dispose()
    {
        _api.Dispose();
        _load?.Dispose();
    }

    public async Task RunAsync()
    {
        var idle = new List<(int, int)>();
        for (var host = 1; host <= target.Hosts; host++)
            idle.Add(await Leaks.CountAsync(target, host));
        await PrepareAsync();
        var load = _load = new Load([.. Enumerable.Range(1, target.Processes).Select(target.Edge)], target.RouterGrace, [.. _all.Select(a => a.App)], _claims, journal);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(journal.Broken);
        var asking = load.RunAsync(end.Token);
        await BreakAsync();
        // Without a verdict yet, one would only wait for what is broken.
        if (!journal.Broken.IsCancellationRequested)
            await SettleAsync(load);
        await end.CancelAsync();
        await asking;
        journal.Judge();
        if (!journal.Broken.IsCancellationRequested)
            await LeaveAsync(idle);
    }

    private async Task PrepareAsync()
    {
        (string Name, int Size, int Most)[] apps = [("solo", 1, 1), ("pair", 2, 3), ("many", 3, 4)];
        foreach (var (name, size, most) in apps)
        {
            var app = new FaultApp(await CreateAsync(name), size, $"{name}-first");
            _all.Add((app, new Tenant(app, target, _api, journal, settings.Seed + _all.Count, most)));
        }

        await Task.WhenAll(_all.Select(a => a.Tenant.DeployFirstAsync(journal.Broken)));
        journal.Say($"apps are there: {string.Join(", ", _all.Select(a => $"{a.App.Name} ({a.App.Size.Single})"))}");
    }

    /// <summary>Creates an app with a name that no other one has.</summary>
    private async Task<string> CreateAsync(string prefix)
    {
        var name = $"{prefix}-{Guid.NewGuid().ToString("N")[..8]}";
        (await target.CliAsync(1, "create", name)).ExpectSuccess();
        return name;
    }

    private async Task BreakAsync()
    {
        var injector = new Injector(target, database, _api, journal);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(journal.Broken);
        var watch = new Watch(target, database, injector, journal).RunAsync(end.Token);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(journal.Broken);
        var tenants = _all.Select(a => a.Tenant.RunAsync(stop.Token, journal.Broken)).ToList();
        await injector.RunAsync(FaultSchedule.Draw(settings.Seed, target.Hosts, target.Knows, settings.Only), journal.Clock.Now + settings.Length, journal.Broken);
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

        for (var host = 1; host <= target.Hosts; host++)
        {
            var (recorded, running) = (live.Where(c => c.Host == target.IdOf(host)).Select(c => c.Id).Order().ToList(), Leaks.Groups(target, host).Order().ToList());
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
        var wrong = NumberedLines.Check(log, written);
        foreach (var sentence in wrong)
            journal.Violate($"in the log of {app.Name} {sentence}");
        if (wrong.Count > 0)
            await KeepAsync(app, log);
        journal.Say($"{app.Name}: {written.Sum(w => w.Written)} acknowledged lines of {written.Count} runs are there once");
    }

    /// <summary>What one would want to see of a wrong log: the log, where each run was, and what is on the hosts.</summary>
    private async Task KeepAsync(FaultApp app, string log)
    {
        var folder = Directory.CreateDirectory(settings.Folder).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, $"{app.Name}.log"), log);
        await File.WriteAllLinesAsync(Path.Combine(folder, $"{app.Name}.runs"), app.Runs.OrderBy(r => r.Value.At).Select(r => FormattableString.Invariant($"{r.Key} {r.Value.Address} wrote {r.Value.Written} lines until {r.Value.At.TotalSeconds:0.0}")));
        for (var host = 1; host <= target.Hosts; host++)
            await Shell.RunAsync("cp", ["-a", Path.Combine(target.FolderOf(host), "data", "logs"), Path.Combine(folder, $"logs-{host}")]);
    }

    /// <summary>It spoke last when the power of its host was cut.</summary>
    private bool WasCut(string address, TimeSpan last, IReadOnlyList<(string Id, System.Net.IPNetwork Subnet)> subnets) =>
        subnets.FirstOrDefault(s => s.Subnet.Contains(System.Net.IPAddress.Parse(address))).Id is { } host
        && journal.Faults.Any(f => f.Fault.Kind == FaultKind.KillHost && target.IdOf(f.Fault.Host) == host && last >= f.From - TimeSpan.FromSeconds(3) && last <= f.From + TimeSpan.FromSeconds(3));

    private async Task LeaveAsync(IReadOnlyList<(int, int)> idle)
    {
        foreach (var (app, _) in _all)
            (await target.CliAsync(1, "destroy", "--app", app.Name, "--force")).ExpectSuccess();
        IReadOnlyList<string> leaks = [];
        try
        {
            await Wait.ForAsync<object>(async () => (leaks = await Leaks.OfIdleHostsAsync(target, idle)).Count == 0 ? this : null, "the end of all containers", _settled);
        }
        catch (TimeoutException)
        {
            foreach (var leak in leaks)
                journal.Violate($"leaked: {leak}");
        }

        var connections = await database.ConnectionsAsync();
        if (connections > 40 * target.Processes)
            journal.Violate($"{connections} connections to the database, {40 * target.Processes} at most are allowed");
        journal.Say($"nothing is left on the hosts; {connections} connections to the database");
    }
}
