namespace Gantry.Agent.Joining;

/// <summary>What a machine says of itself when it joins, and where it keeps who it is.</summary>
public sealed class MembershipOptions
{
    /// <value>Who the host is lies below, in <c>host/</c>. Defaults to <c>/var/lib/gantry/data</c>.</value>
    public string DataDirectory { get; set; } = "/var/lib/gantry/data";

    /// <value>What the host is called in the cluster. Defaults to the name of the machine.</value>
    public string Name { get; set; } = Environment.MachineName;

    /// <value>Where Control reaches its agent, <c>10.0.0.2:7444</c>. Null: where it is seen to come from, at port 7444.</value>
    public string? Address { get; set; }

    /// <value>Kind of machine and what fails together with it, or empty; operators change them later.</value>
    public string Class { get; set; } = "";
    public string Zone { get; set; } = "";
}
