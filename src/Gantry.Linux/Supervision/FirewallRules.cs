namespace Gantry.Linux.Supervision;

/// <summary>
/// The only packet filter of Gantry: one table, replaced as a whole in one transaction. Its rules go by interface
/// prefix, so starting a container changes nothing here.
/// </summary>
internal static class FirewallRules
{
    public static string Render(SupervisorOptions o)
    {
        var (routers, subnets) = Split(File.Exists(o.NeighboursFile) ? File.ReadAllLines(o.NeighboursFile) : []);
        var containers = $"\"{o.InterfacePrefix}*\"";
        var resolvers = string.Join(", ", o.Resolvers.Where(r => !r.Contains(':', StringComparison.Ordinal)));
        var blocked = string.Join(", ", o.BlockedRanges.Append(o.Subnet));
        var ports = string.Join(", ", o.AllowedHostPorts);
        return $$"""
            table inet {{o.TableName}}
            delete table inet {{o.TableName}}
            table inet {{o.TableName}} {
              set blocked {
                type ipv4_addr; flags interval; auto-merge
                elements = { {{blocked}} }
              }
              {{RoutersSet(Elements(routers))}}
              {{SubnetsSet(Elements(subnets))}}
              set connections {
                type ipv4_addr; flags dynamic; size 65535
              }
              chain source {
                # Strict reverse path: a container can only send from its own address.
                type filter hook prerouting priority raw; policy accept;
                iifname {{containers}} meta nfproto ipv6 drop
                iifname {{containers}} fib saddr . iif oif missing drop
              }
              chain host {
                type filter hook input priority -10; policy accept;
                iifname {{containers}} jump to_host
              }
              chain to_host {
                ct state established,related accept
                {{(ports.Length == 0 ? "" : $"tcp dport {{ {ports} }} accept")}}
                drop
              }
              chain routed {
                type filter hook forward priority -10; policy accept;
                iifname {{containers}} jump outwards
                oifname {{containers}} ct state established,related accept
                oifname {{containers}} ip saddr @routers accept
                oifname {{containers}} drop
              }
              chain outwards {
                oifname {{containers}} drop
                ct state established,related accept
                # One table of connections serves the whole host: nobody may fill it.
                add @connections { ip saddr ct count over {{o.ConnectionsPerContainer}} } counter drop
                {{(resolvers.Length == 0 ? "" : $"ip daddr {{ {resolvers} }} meta l4proto {{ tcp, udp }} th dport 53 accept")}}
                ip daddr @blocked drop
                ip daddr @subnets drop
                accept
              }
              chain leaving {
                type nat hook postrouting priority srcnat; policy accept;
                ip saddr {{o.Subnet}} oifname != {{containers}} masquerade
              }
            }

            """;
    }

    /// <summary>Who may connect to containers from now on, and where containers of other hosts are, in one transaction.</summary>
    /// <param name="neighbours">As in <see cref="SupervisorOptions.NeighboursFile"/>.</param>
    public static string RenderNeighbours(string table, IEnumerable<string> neighbours)
    {
        var (routers, subnets) = Split(neighbours);
        return $"""
            table inet {table} {"{"}
              {RoutersSet("")}
              {SubnetsSet("")}
            {"}"}
            flush set inet {table} routers
            flush set inet {table} subnets
            {Additions(table, "routers", routers)}
            {Additions(table, "subnets", subnets)}

            """;
    }

    /// <summary>Of a line of <see cref="SupervisorOptions.NeighboursFile"/>: a subnet, or else the address of a router.</summary>
    public static bool IsSubnet(string neighbour) => neighbour.Contains('/', StringComparison.Ordinal);

    private static (string[] Routers, string[] Subnets) Split(IEnumerable<string> neighbours)
    {
        var kinds = neighbours.ToLookup(IsSubnet);
        return ([.. kinds[false]], [.. kinds[true]]);
    }

    private static string RoutersSet(string elements) => $"set routers {{ type ipv4_addr; {elements} }}";

    private static string SubnetsSet(string elements) => $"set subnets {{ type ipv4_addr; flags interval; auto-merge; {elements} }}";

    private static string Elements(string[] members) => members.Length == 0 ? "" : $"elements = {{ {string.Join(", ", members)} }};";

    private static string Additions(string table, string set, string[] members) =>
        members.Length == 0 ? "" : $"add element inet {table} {set} {{ {string.Join(", ", members)} }}";

    /// <summary>Makes the table before it goes, so that it may be gone already.</summary>
    public static string RenderRemoval(string table) => $"table inet {table}\ndelete table inet {table}\n";
}
