namespace Gantry.Server.Configuration;

/// <summary>What a process of the platform may do. In a cluster each does a part of it; on one machine one does all.</summary>
internal static class Role
{
    /// <summary>The API, and what git is pushed to.</summary>
    public const string Api = "api";

    /// <summary>Leads when it gets the lease, builds while it leads, and lets machines join.</summary>
    public const string Control = "control";

    /// <summary>Tenants' traffic.</summary>
    public const string Router = "router";

    /// <summary>Makes this machine a host of apps by this very process. Machines that joined have an agent of their own.</summary>
    public const string Agent = "agent";

    public static readonly string[] All = [Api, Control, Router, Agent];

    /// <exception cref="InvalidDataException">One of them is unknown, or they do not fit the rest.</exception>
    public static void Check(GantryOptions options)
    {
        foreach (var role in options.Roles.Except(All))
            throw new InvalidDataException($"{GantrySection.Name}:Roles names '{role}', which is none. There are: {string.Join(", ", All)}.");
        // Whoever leads reaches joined hosts only: what runs beside another process would be out of its hands.
        if (options.Roles.Contains(Agent) && options.Coordination.Engine != "in-process")
            throw new InvalidDataException($"{GantrySection.Name}:Roles names '{Agent}' on a process that may stand by for another. Leave it out, and let this machine join with 'gantryd agent' beside it.");
    }
}
