namespace Gantry.EndToEnd.Tests.Faults.Checks;

/// <summary>A fault that was done, by the clock of the run.</summary>
/// <param name="Healed">When it was ended by hand; null: it still is.</param>
/// <param name="Well">When what it struck was seen working again; null: not yet.</param>
/// <param name="Process">The control process that it struck; 0: none.</param>
/// <param name="Apps">How many web containers each app had on the host that it struck, and elsewhere.</param>
public sealed record FaultWindow(
    PlannedFault Fault, TimeSpan From, TimeSpan? Healed, TimeSpan? Well, int Process, IReadOnlyDictionary<string, (int Here, int Elsewhere)> Apps);

/// <summary>A request that was not answered as it should.</summary>
/// <param name="App">Whose app it was for; null for one of the API.</param>
/// <param name="Via">The control process that was asked; 0: what failed is not that one's.</param>
public sealed record FailedRequest(string? App, TimeSpan Began, TimeSpan Ended, string What, int Via);

/// <summary>
/// Which fault a failed request may be blamed on. Everything else is a failure of the platform. The suite's hosts are suspected
/// after 2 s of silence and lost after 5 s.
/// </summary>
public static class Explanations
{
    /// <summary>For a machine that is shared with others while it is tested.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan _suspected = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _beat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _lost = TimeSpan.FromSeconds(5);

    /// <summary>An app whose only container is lost serves again within 10 s, plus its own boot.</summary>
    private static readonly TimeSpan _again = TimeSpan.FromSeconds(12);

    public static FaultWindow? Of(FailedRequest request, IEnumerable<FaultWindow> faults) =>
        faults.FirstOrDefault(f => request.App is null ? ExplainsCall(f, request) : ExplainsAnswer(f, request));

    /// <summary>The API is Control's, and can do nothing without the records.</summary>
    private static bool ExplainsCall(FaultWindow fault, FailedRequest request) =>
        fault.Fault.Kind switch
        {
            >= FaultKind.KillDatabase => Overlaps(fault, request),
            _ when FaultSchedule.IsOfControl(fault.Fault.Kind) => IsOfItsProcess(fault, request),
            _ => MayNeedTheHost(fault, request),
        };

    /// <summary>What is asked of a container on a host that is struck may be refused or end with it.</summary>
    private static bool MayNeedTheHost(FaultWindow fault, FailedRequest request) =>
        FaultSchedule.IsOfAHost(fault.Fault.Kind) && !FaultSchedule.IsHarmless(fault.Fault.Kind) && Overlaps(fault, request) && request.What.StartsWith("run ", StringComparison.Ordinal);

    private static bool ExplainsAnswer(FaultWindow fault, FailedRequest request)
    {
        if (FaultSchedule.IsOfControl(fault.Fault.Kind))
            return IsOfItsProcess(fault, request);
        if (!CutsContainersOff(fault.Fault.Kind) && !TakesControlOff(fault))
            return false;
        if (!fault.Apps.TryGetValue(request.App!, out var apps) || apps.Here == 0)
            return false;
        if (request.Ended < fault.From)
            return false;
        var serves = apps.Elsewhere > 0
            ? fault.From + _suspected + Grace
            : Earlier(fault.Well, fault.From + _lost) + _again;
        // A host whose agent alone is away serves on until it is lost, and what has others elsewhere always does. It was heard last up to a beat before the fault.
        return CutsContainersOff(fault.Fault.Kind) ? request.Began <= serves : apps.Elsewhere == 0 && request.Began <= serves && request.Ended >= fault.From + _lost - _beat;
    }

    private static TimeSpan Earlier(TimeSpan? well, TimeSpan lost) => well is { } w && w > lost ? w : lost;

    /// <summary>What is asked of another process fails for no reason.</summary>
    private static bool IsOfItsProcess(FaultWindow fault, FailedRequest request) =>
        (request.Via == 0 || request.Via == fault.Process) && Overlaps(fault, request);

    private static bool CutsContainersOff(FaultKind kind) => kind is FaultKind.KillHost or FaultKind.Partition or FaultKind.PauseHost;

    /// <summary>For so long that the host is lost.</summary>
    private static bool TakesControlOff(FaultWindow fault) =>
        fault.Fault.Kind is FaultKind.KillAgent or FaultKind.PauseAgent && (fault.Well is not { } well || well - fault.From >= _lost - _beat);

    private static bool Overlaps(FaultWindow fault, FailedRequest request) =>
        request.Ended >= fault.From && (fault.Well is not { } well || request.Began <= well + Grace);
}
