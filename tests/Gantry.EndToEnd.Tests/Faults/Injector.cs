using System.Net.Sockets;
using Gantry.EndToEnd.Tests.Faults.Checks;
using Gantry.EndToEnd.Tests.Platform;

namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>Does the faults of a schedule, one after the other, and sees each of them mended.</summary>
public sealed class Injector(FaultTarget target, Database database, TenantApi api, Journal journal)
{
    private static readonly TimeSpan _mended = TimeSpan.FromSeconds(60);

    private volatile PlannedFault? _now;

    /// <summary>The fault that is under way, or null.</summary>
    public PlannedFault? Now => _now;

    public async Task RunAsync(IEnumerable<PlannedFault> schedule, TimeSpan until, CancellationToken token)
    {
        foreach (var fault in schedule)
        {
            if (journal.Clock.Now + fault.Lasting > until || token.IsCancellationRequested)
                return;
            await DoAsync(fault);
            await Task.Delay(fault.Pause, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task DoAsync(PlannedFault fault)
    {
        var apps = Places.Of(await database.ContainersAsync(), target.IdOf(fault.Host));
        var process = FaultSchedule.IsOfControl(fault.Kind) ? await ProcessAsync(fault) : 0;
        journal.Say($"FAULT {fault}{(process > 0 ? $", process {process}" : "")}");
        journal.Begin(new FaultWindow(fault, journal.Clock.Now, null, null, process, apps));
        _now = fault;
        await StrikeAsync(fault, process);
        await Task.Delay(fault.Lasting);
        await HealAsync(fault, process);
        journal.Update(fault, f => f with { Healed = journal.Clock.Now });
        try
        {
            await Wait.ForAsync<object>(async () => await IsWellAsync(fault) ? this : null, "the recovery", _mended);
        }
        catch (TimeoutException e)
        {
            journal.Violate($"what was struck by {fault} does not recover within {_mended.TotalSeconds:0} s: {e.Message}");
        }

        journal.Update(fault, f => f with { Well = journal.Clock.Now });
        journal.Say($"  well again after {journal.Faults[^1].Fault.Number}");
        journal.Count("faults");
        _now = null;
    }

    /// <summary>The one that leads, or by turns with several another.</summary>
    private async Task<int> ProcessAsync(PlannedFault fault)
    {
        var leader = await target.LeaderAsync();
        return fault.Number % 2 == 1 ? leader : leader % target.Processes + 1;
    }

    private async Task StrikeAsync(PlannedFault fault, int process)
    {
        var (host, member) = ($"{fault.Host}", fault.Number % TwoControls.Members + 1);
        switch (fault.Kind)
        {
            case FaultKind.KillControl: await target.KillControlAsync(process); break;
            case FaultKind.PauseControl: await target.SignalControlAsync(process, "STOP"); break;
            case FaultKind.KillAgent: await WordAsync("signal", host, "agent", "KILL"); break;
            case FaultKind.PauseAgent: await WordAsync("signal", host, "agent", "STOP"); break;
            case FaultKind.KillSupervisor: await WordAsync("signal", host, "supervisor", "KILL"); break;
            case FaultKind.PauseSupervisor: await WordAsync("signal", host, "supervisor", "STOP"); break;
            case FaultKind.KillHost: await WordAsync("kill-host", host); break;
            case FaultKind.Partition: await WordAsync("partition", host); break;
            case FaultKind.PauseHost: await WordAsync("pause", host); break;
            case FaultKind.FillDisk: await WordAsync("fill", host); break;
            case FaultKind.SlowHost: await WordAsync("slow", host, "200ms"); break;
            case FaultKind.CutBetween: await WordAsync("partition", host, Next(fault.Host)); break;
            // Both ways, and by less than the half hour beyond which a machine is not let in.
            case FaultKind.SkewClock: await WordAsync("skew", host, fault.Number % 2 == 0 ? "+600s" : "-600s"); break;
            case FaultKind.KillEtcd: await WordAsync("kill-engine", $"etcd-{member}"); break;
            case FaultKind.PauseEtcd: await WordAsync("signal-engine", $"etcd-{member}", "STOP"); break;
            case FaultKind.KillNats: await WordAsync("kill-engine", $"nats-{member}"); break;
            case FaultKind.PauseNats: await WordAsync("signal-engine", $"nats-{member}", "STOP"); break;
            case FaultKind.KillDatabase: await database.KillAsync(); break;
            case FaultKind.PauseDatabase: await database.PauseAsync(); break;
            case FaultKind.StopDatabase: await database.StopAsync(); break;
            default: throw new InvalidOperationException($"Nobody knows how to do {fault.Kind}.");
        }
    }

    private async Task HealAsync(PlannedFault fault, int process)
    {
        var (host, member) = ($"{fault.Host}", fault.Number % TwoControls.Members + 1);
        switch (fault.Kind)
        {
            case FaultKind.KillControl: await target.StartControlAsync(process); break;
            case FaultKind.PauseControl: await target.SignalControlAsync(process, "CONT"); break;
            case FaultKind.KillAgent: await WordAsync("start-agent", host); break;
            case FaultKind.PauseAgent: await WordAsync("signal", host, "agent", "CONT"); break;
            case FaultKind.PauseSupervisor: await WordAsync("signal", host, "supervisor", "CONT"); break;
            case FaultKind.KillHost: await WordAsync("start-host", host); break;
            case FaultKind.Partition: await WordAsync("heal", host); break;
            case FaultKind.PauseHost: await WordAsync("resume", host); break;
            case FaultKind.FillDisk: await WordAsync("free", host); break;
            case FaultKind.SlowHost: await WordAsync("slow", host, "0"); break;
            case FaultKind.CutBetween: await WordAsync("heal", host, Next(fault.Host)); break;
            case FaultKind.SkewClock: await WordAsync("skew", host, "+0s"); break;
            case FaultKind.KillEtcd: await WordAsync("start-engine", $"etcd-{member}"); break;
            case FaultKind.PauseEtcd: await WordAsync("signal-engine", $"etcd-{member}", "CONT"); break;
            case FaultKind.KillNats: await WordAsync("start-engine", $"nats-{member}"); break;
            case FaultKind.PauseNats: await WordAsync("signal-engine", $"nats-{member}", "CONT"); break;
            case FaultKind.KillDatabase or FaultKind.StopDatabase: await database.StartAsync(); break;
            case FaultKind.PauseDatabase: await database.ResumeAsync(); break;
        }
    }

    private string Next(int host) => $"{host % target.Hosts + 1}";

    private async Task<bool> IsWellAsync(PlannedFault fault)
    {
        if (fault.Kind >= FaultKind.KillDatabase && !await database.AnswersAsync())
            return false;
        if (fault.Host > 0 && !await ListensAsync(target.AddressOf(fault.Host)))
            return false;
        for (var process = 1; process <= target.Processes; process++)
        {
            if (!(await api.GetAsync("/v1/apps", process)).IsAcknowledged)
                return false;
            if (fault.Host > 0 && !(await target.HostsAsync(process)).Any(h => (string?)h["id"] == target.IdOf(fault.Host) && (string?)h["status"] == "ready"))
                return false;
        }

        return await target.LeaderAsync() > 0;
    }

    private static async Task<bool> ListensAsync(string address)
    {
        using var client = new TcpClient();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            await client.ConnectAsync(address, 7444, limit.Token);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // Not yet.
            return false;
        }
    }

    private Task WordAsync(params string[] words) => target.WordAsync(words);
}
