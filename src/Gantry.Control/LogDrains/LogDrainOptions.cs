namespace Gantry.Control.LogDrains;

/// <summary>How log drains are served.</summary>
public sealed class LogDrainOptions
{
    /// <summary>How soon a new drain is noticed.</summary>
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The most lines and bytes of text that go at once.</summary>
    public int BatchLines { get; set; } = 500;
    public int BatchBytes { get; set; } = 1 << 20;

    /// <summary>The longest that a receiver may take for one batch, connecting included.</summary>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Where no drain may go, because tenants choose the addresses: other tenants' containers and the host's inner
    /// networks. The host's own addresses are always among them, unless <see cref="AllowOwnAddresses"/>.
    /// </summary>
    public IList<string> BlockedRanges { get; set; } =
        ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "10.192.0.0/10", "224.0.0.0/3", "::/127", "fe80::/10", "ff00::/8"];

    /// <summary>Lets drains go to programs on this host, and lifts <see cref="BlockedRanges"/>: for a host of one tenant.</summary>
    public bool AllowOwnAddresses { get; set; }

    /// <summary>PEM file with further authorities that TLS receivers may be signed by; empty: those of the system only.</summary>
    public string AuthorityPath { get; set; } = "";

    public string DatadogFormat { get; set; } = "https://http-intake.logs.{region}/api/v2/logs";
    public string BetterStackUrl { get; set; } = "https://in.logs.betterstack.com/";
    public string AppSignalUrl { get; set; } = "https://appsignal-endpoint.net/logs/json";
}
