namespace Gantry.Agent.Remote;

/// <summary>How a host answers Control.</summary>
public sealed class HostAgentOptions
{
    /// <value>File that keeps the newest term that was heard of, so that a stale leader is refused after a restart too. Empty: none.</value>
    public string TermPath { get; set; } = "";
}
