namespace Gantry.Linux.Supervision;

/// <summary>Why a container ended, where the platform decides by it what follows.</summary>
public static class EndReasons
{
    /// <summary>No fault of what ran in it.</summary>
    public const string HostRestarted = "The host was restarted while it ran.";
}
