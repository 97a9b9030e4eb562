namespace Gantry.Agent.Security;

/// <summary>What one rule finds in one place; null where it says nothing.</summary>
internal readonly record struct Finding(bool? Holds, string Seen)
{
    public static Finding NotApplicable(string why) => new(null, why);
}

/// <summary>An item of a checklist that is looked for in each container.</summary>
internal sealed record ContainerRule(string Number, string Title, Func<ContainerFacts, Finding> Look);

/// <summary>An item of a checklist that is looked for once on the host.</summary>
internal sealed record HostRule(string Number, string Title, Func<HostView, Finding> Look);

/// <param name="Unknown">Names of groups with processes that the runtime does not know; null when its names are others.</param>
internal sealed record HostView(HostFilter Filter, IReadOnlyList<ContainerFacts> Containers, bool SwarmListens, bool UsesDocker0, IReadOnlyList<string>? Unknown);
