namespace Gantry.Control.Hosts.Remote;

/// <summary>What is known of a host now.</summary>
public enum HostPresence
{
    /// <summary>Not heard yet, since this process started.</summary>
    Unknown,
    /// <summary>It answers.</summary>
    Ready,
    /// <summary>Not heard for a while: it keeps what it has and gets nothing new.</summary>
    Suspected,
    /// <summary>Not heard for long: what ran there is placed elsewhere. When it comes back it first stops what was moved.</summary>
    Lost,
}
