namespace Gantry.Bus.Nats;

/// <summary>Which NATS carries the notifications of a cluster.</summary>
public sealed class NatsBusOptions
{
    /// <summary>One address or several with commas: <c>nats://10.0.0.1:4222,nats://10.0.0.2:4222</c>. JetStream must be on.</summary>
    public string Url { get; set; } = "";

    /// <summary>A credentials file of NATS; null for none.</summary>
    public string? CredentialsPath { get; set; }

    /// <summary>Name of the stream; its subject is the same in small letters.</summary>
    public string Stream { get; set; } = "GANTRY_NOTIFICATIONS";

    /// <summary>Servers that keep a copy: 1, 3 or 5.</summary>
    public int Replicas { get; set; } = 1;

    /// <summary>How long notifications stay in the stream, for processes that were away. Who was away longer reads its stores anew.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Notifications that wait for one slow subscriber before it is told that it missed some.</summary>
    public int Capacity { get; set; } = 65_536;

    /// <summary>Notifications that wait for the server; those beyond are counted, and all subscribers told.</summary>
    public int OutboxCapacity { get; set; } = 8192;
}
