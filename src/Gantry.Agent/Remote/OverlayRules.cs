using System.Globalization;
using System.Net;

namespace Gantry.Agent.Remote;

/// <summary>What the kernel is told of an overlay, as text for its programs.</summary>
internal sealed class OverlayRules(HostOverlay overlay, string instance, string containers)
{
    /// <summary>What encapsulation adds to a packet: Ethernet, IPv4, UDP and VXLAN.</summary>
    public const int Overhead = 50;

    /// <summary>Marks connections that came through the overlay, so that their answers go back there. One bit, as others use marks too.</summary>
    private const string Mark = "0x8000000";
    private const string AllButMark = "0xf7ffffff";

    /// <summary>Of the routing table for those answers, and of the rule that leads there.</summary>
    private const string Table = "201";

    /// <summary>Several instances on one machine are in one network and share it. No link to a container is called like that.</summary>
    public string Device { get; } = DeviceOf(overlay.Id);

    public static string DeviceOf(int id) => string.Create(CultureInfo.InvariantCulture, $"govl{id}");

    public static string TableOf(string instance) => $"{instance}_overlay";

    /// <summary>Known from the address alone: nobody has to ask for it, and nobody can answer for another.</summary>
    public static string MacOf(string address) => "02:47:" + string.Join(':', IPAddress.Parse(address).GetAddressBytes().Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));

    /// <summary>Whether the device that <c>ip -d link show</c> tells of is the one that is wanted.</summary>
    public bool IsIn(string shown) =>
        shown.Contains(string.Create(CultureInfo.InvariantCulture, $"vxlan id {overlay.Id} local {overlay.Local} "), StringComparison.Ordinal)
        && shown.Contains(string.Create(CultureInfo.InvariantCulture, $" dstport {overlay.Port} "), StringComparison.Ordinal);

    /// <summary>
    /// For <c>ip -batch</c>. It learns nothing from packets: who is where is told by Control alone. It has the host's address, as a link
    /// without any takes no packet where reverse paths are checked.
    /// </summary>
    public string Creation(int mtu) => string.Create(CultureInfo.InvariantCulture, $"""
        link add {Device} address {MacOf(overlay.Local)} mtu {mtu} type vxlan id {overlay.Id} local {overlay.Local} dstport {overlay.Port} nolearning
        link set {Device} addrgenmode none
        address add {overlay.Local}/32 dev {Device}
        link set {Device} up

        """);

    /// <summary>For <c>bridge -batch</c>.</summary>
    public string Tunnels(IEnumerable<string> others, IEnumerable<string> gone) => string.Concat(
    [
        .. others.Select(p => $"fdb replace {MacOf(p)} dev {Device} dst {p} self permanent\n"),
        .. gone.Select(p => $"fdb del {MacOf(p)} dev {Device} dst {p} self\n"),
    ]);

    /// <summary>For <c>ip -batch</c>: answers to others that connected through the overlay.</summary>
    public string Ways(IEnumerable<string> others, IEnumerable<string> gone) => string.Concat(
    [
        .. others.Select(p => $"neigh replace {p} lladdr {MacOf(p)} dev {Device} nud permanent\nroute replace {p} via {p} dev {Device} onlink table {Table} proto {HostNeighbours.Protocol}\n"),
        .. gone.Select(p => $"route del {p} table {Table} proto {HostNeighbours.Protocol}\nneigh del {p} dev {Device}\n"),
    ]);

    /// <summary>What a route to containers says beside their network and the host that has them.</summary>
    public string Link => $" dev {Device} onlink src {overlay.Local}";

    public static string RuleKey => $"fwmark {Mark}/{Mark}";

    public static string Rule => $"{RuleKey} lookup {Table} priority {Table}";

    /// <summary>
    /// A table of its own: what it refuses is refused whatever others accept. Of encapsulated packets those of members alone are taken, and
    /// containers, whose packets leave with their host's address, can send none to members. Out of the overlay come connections to containers,
    /// which the table of containers judges as all others, and answers; it leads nowhere else.
    /// </summary>
    public string Filter() => $$"""
        table inet {{TableOf(instance)}}
        delete table inet {{TableOf(instance)}}
        table inet {{TableOf(instance)}} {
          set members {
            type ipv4_addr
            elements = { {{string.Join(", ", overlay.Members)}} }
          }
          chain unseen {
            # One connection for each tunnel and port would fill the table of all connections.
            type filter hook prerouting priority raw; policy accept;
            udp dport {{overlay.Port}} ip saddr @members fib daddr type local notrack
          }
          chain unseen_out {
            type filter hook output priority raw; policy accept;
            udp dport {{overlay.Port}} ip daddr @members notrack
          }
          chain back {
            type filter hook prerouting priority mangle; policy accept;
            iifname "{{Device}}" ct mark set ct mark or {{Mark}}
            iifname "{{containers}}*" ct direction reply ct mark and {{Mark}} != 0 meta mark set meta mark or {{Mark}}
          }
          chain arriving {
            type filter hook input priority -11; policy accept;
            udp dport {{overlay.Port}} meta nfproto ipv6 counter drop
            udp dport {{overlay.Port}} ip saddr != @members counter drop
            iifname "{{Device}}" ct state established,related accept
            iifname "{{Device}}" counter drop
          }
          chain through {
            type filter hook forward priority -11; policy accept;
            udp dport {{overlay.Port}} ip daddr @members counter drop
            # Links to containers of any instance begin with this letter.
            iifname "{{Device}}" oifname != "g*" counter drop
            iifname "{{Device}}" oifname "{{Device}}" counter drop
            oifname "{{Device}}" ct direction original counter drop
            oifname "{{Device}}" tcp flags syn tcp option maxseg size set rt mtu
            # The packet around it would go the same way, and never leave.
            oifname "{{Device}}" meta mark set meta mark and {{AllButMark}}
          }
        }

        """;

    /// <summary>Makes the table before it goes, so that it may be gone already.</summary>
    public static string FilterRemoval(string instance) => $"table inet {TableOf(instance)}\ndelete table inet {TableOf(instance)}\n";
}
