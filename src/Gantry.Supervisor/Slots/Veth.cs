using Gantry.Linux.Kernel;

namespace Gantry.Supervisor.Slots;

/// <summary>
/// The routed point-to-point link of a slot: no bridge and no shared layer 2, the host knows one /32 behind each interface.
/// </summary>
internal sealed class Veth(SlotPlan plan, int mtu)
{
    private const byte Ipv4 = 2;
    private const uint Up = 1;

    public void Make(Slot slot)
    {
        using var host = new Netlink();
        MakePair(host, slot);
        Configure(slot.Device, true);
        var index = IndexOf(slot.Device);
        AddAddress(host, index, plan.Gateway);
        SetUp(host, index);
        AddRoute(host, index, SlotPlan.Bytes(slot.Address), null);
        NetworkNamespace.Run(slot.NetworkNamespace, () =>
        {
            using var inside = new Netlink();
            ConfigureInside();
            var link = IndexOf("eth0");
            SetUp(inside, 1);
            AddAddress(inside, link, slot.Address);
            SetUp(inside, link);
            AddRoute(inside, link, SlotPlan.Bytes(plan.Gateway), null);
            AddRoute(inside, link, null, SlotPlan.Bytes(plan.Gateway));
        });
    }

    private void MakePair(Netlink host, Slot slot) => host.Send(
        new NetlinkMessage(Netlink.NewLink, Link(0, 0))
            .Add(3, slot.Device)
            .Add(4, mtu)
            .Nest(18, info => info.Add(1, "veth").Nest(2, data => data
                .Nest(1, peer => peer.Add(3, "eth0").Add(4, mtu).Add(28, slot.NetworkNamespace), Link(0, 0)))),
        Netlink.Create, $"Making the interface {slot.Device}");

    private static void Configure(string device, bool strict)
    {
        File.WriteAllText($"/proc/sys/net/ipv6/conf/{device}/disable_ipv6", "1");
        File.WriteAllText($"/proc/sys/net/ipv4/conf/{device}/rp_filter", strict ? "1" : "0");
    }

    private static void ConfigureInside()
    {
        File.WriteAllText("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
        File.WriteAllText("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
        // Apps have no capability to bind low ports or to ping, and need none in a network of their own.
        File.WriteAllText("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
        File.WriteAllText("/proc/sys/net/ipv4/ping_group_range", "0 65535");
    }

    private static void SetUp(Netlink netlink, int index) =>
        netlink.Send(new NetlinkMessage(Netlink.NewLink, Link(index, Up)), 0, "Bringing an interface up");

    private static void AddAddress(Netlink netlink, int index, string address) => netlink.Send(
        // struct ifaddrmsg: family, prefix length, flags, scope, index.
        new NetlinkMessage(Netlink.NewAddress, [Ipv4, 32, 0, 0, .. BitConverter.GetBytes(index)])
            .Add(1, SlotPlan.Bytes(address)).Add(2, SlotPlan.Bytes(address)),
        Netlink.Create, $"Adding the address {address}");

    private static void AddRoute(Netlink netlink, int index, byte[]? destination, byte[]? gateway)
    {
        // struct rtmsg: family, dst len, src len, tos, table (main), protocol (static), scope, type (unicast), flags.
        var message = new NetlinkMessage(Netlink.NewRoute,
            [Ipv4, (byte)(destination is null ? 0 : 32), 0, 0, 254, 4, (byte)(gateway is null ? 253 : 0), 1, 0, 0, 0, 0]);
        if (destination is not null)
            message.Add(1, destination);
        if (gateway is not null)
            message.Add(5, gateway);
        netlink.Send(message.Add(4, index), Netlink.Create, "Adding a route");
    }

    // struct ifinfomsg: family, type, index, flags, change mask.
    private static byte[] Link(int index, uint flags) =>
        [0, 0, 0, 0, .. BitConverter.GetBytes(index), .. BitConverter.GetBytes(flags), .. BitConverter.GetBytes(flags)];

    private static int IndexOf(string device) => (int)NetworkInterfaces.IndexOf(device);
}
