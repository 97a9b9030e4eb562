namespace Gantry.Control.Hosts.Remote;

/// <summary>How hosts elsewhere are watched.</summary>
public sealed class RemoteHostOptions
{
    /// <value>How often a host says that it is there. Defaults to 1 s.</value>
    public TimeSpan Beat { get; set; } = TimeSpan.FromSeconds(1);

    /// <value>Nothing heard for so long: it gets nothing new. Defaults to 5 s.</value>
    public TimeSpan SuspectAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <value>Nothing heard for so long: what ran there is placed elsewhere. Defaults to 15 s.</value>
    public TimeSpan LostAfter { get; set; } = TimeSpan.FromSeconds(15);

    /// <value>
    /// IPv4 addresses from which routers and Control come to other hosts. Empty: the address by which this host reaches each of them.
    /// </value>
    public IList<string> Routers { get; } = [];
}
