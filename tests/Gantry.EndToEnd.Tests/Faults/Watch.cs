using Gantry.EndToEnd.Tests.Faults.Checks;
using Npgsql;

namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>Looks every second at the records and at the processes of the platform.</summary>
public sealed class Watch(FaultTarget target, Database database, Injector injector, Journal journal)
{
    private static readonly TimeSpan _every = TimeSpan.FromSeconds(1);

    /// <summary>What has two owners for so long has not just been handed over. Without a database nobody can hand over.</summary>
    private readonly Ownership _ownership = new(TimeSpan.FromSeconds(8));

    public async Task RunAsync(CancellationToken token)
    {
        while (!token.IsCancellationRequested)
        {
            LookAtProcesses();
            await LookAtRecordsAsync();
            await Task.Delay(_every, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void LookAtProcesses()
    {
        var fault = injector.Now;
        for (var process = 1; process <= target.Processes; process++)
            if (!MayBeGone(fault, process) && !target.HasControl(process) && !MayBeGone(injector.Now, process))
                journal.Violate($"the control process {process} ended by itself{(fault is null ? "" : $" during {fault}")}: see {target.LogOf(process)}");
        for (var host = 1; host <= target.Hosts; host++)
            if (!MayLackItsAgent(fault, host) && !target.HasAgent(host) && !MayLackItsAgent(injector.Now, host))
                journal.Violate($"the agent of host {host} ended by itself: see its log");
    }

    private bool MayBeGone(PlannedFault? fault, int process) =>
        fault is { Kind: FaultKind.KillControl } && journal.Faults.Any(f => f.Fault == fault && f.Process == process);

    private static bool MayLackItsAgent(PlannedFault? fault, int host) => fault is { Kind: FaultKind.KillAgent or FaultKind.KillHost } && fault.Host == host;

    private async Task LookAtRecordsAsync()
    {
        try
        {
            var live = await database.ContainersAsync();
            if (injector.Now is { Host: > 0 } struck)
                journal.Update(struck, f => f with { Apps = Places.Worst(f.Apps, Places.Of(live, target.IdOf(struck.Host))) });
            if (injector.Now?.Kind is not (>= FaultKind.KillDatabase or FaultKind.KillControl or FaultKind.PauseControl))
                foreach (var twice in _ownership.See(live, journal.Clock.Now))
                    journal.Violate(twice);
            else
                _ownership.See([], journal.Clock.Now);
        }
        catch (NpgsqlException) when (injector.Now?.Kind is >= FaultKind.KillDatabase)
        {
            // It is away because it was taken away.
            _ownership.See([], journal.Clock.Now);
        }
    }
}
