namespace Gantry.Agent.Security;

/// <summary>
/// Holds this host and its running containers against published checklists. It reports what it sees in the kernel, not what
/// Gantry meant to set.
/// </summary>
public interface ISecurityAudit
{
    Task<IReadOnlyList<SecurityItem>> CheckAsync(CancellationToken token);
}

/// <summary>One item of a checklist.</summary>
/// <param name="Checklist">See <see cref="Checklists"/>.</param>
/// <param name="Number">As the checklist counts, <c>5.4</c>.</param>
/// <param name="Seen">What the verdict comes from, as a sentence or two.</param>
public sealed record SecurityItem(string Checklist, string Number, string Title, SecurityVerdict Verdict, string Seen);

public enum SecurityVerdict
{
    Met,
    NotMet,

    /// <summary>It has no meaning on this host, or nothing runs that could be looked at, or no machine can see it: <see cref="SecurityItem.Seen"/> says.</summary>
    NotApplicable,
}

public static class Checklists
{
    /// <summary>CIS Docker Benchmark 1.6.0, section 5: container runtime.</summary>
    public const string Cis = "CIS Docker 1.6.0";

    /// <summary>NIST Special Publication 800-190, Application Container Security Guide, section 4: countermeasures.</summary>
    public const string Nist = "NIST SP 800-190";
}
