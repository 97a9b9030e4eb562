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

    /// <value>
    /// How routers reach containers on other hosts. <c>none</c>, the default: the network between hosts takes packets of their containers, as
    /// one network that all hosts share does. <c>vxlan</c>: it knows the hosts' own addresses only, and packets go in packets from host to host.
    /// </value>
    public OverlayKind Overlay { get; set; }

    /// <value>The number of that network (VNI), for machines that are in several. Defaults to 47.</value>
    public int OverlayId { get; set; } = 47;

    /// <value>The UDP port of its packets, which hosts and routers must let each other reach. Defaults to 4789.</value>
    public int OverlayPort { get; set; } = 4789;
}

/// <summary>The network of containers on several hosts.</summary>
public enum OverlayKind
{
    /// <summary>That of the hosts.</summary>
    None,

    /// <summary>One of its own, over that of the hosts.</summary>
    Vxlan,
}
