namespace Gantry.Linux.Kernel;

/// <summary>
/// A token bucket filter at the root of an interface: what leaves through it keeps to a rate, headers of the link included.
/// Setting it again changes the rate in place; nothing under way is lost. See tc-tbf(8) and net/sched/sch_tbf.c.
/// </summary>
internal static class TokenBucket
{
    private const ushort NewQdisc = 36;
    private const ushort DeleteQdisc = 37;
    private const ushort Kind = 1;
    private const ushort Options = 2;
    private const ushort Parameters = 1;
    private const ushort Rate64 = 4;
    private const ushort Burst = 6;

    // At least one large (segmentation offload) packet, else each would be cut up here; at high rates 5 ms, so that a late timer costs nothing.
    private const long LeastBurst = 64 << 10;
    private const double BurstSeconds = 0.005;

    // What waits longer than this is dropped, as by a full link: senders slow down, and nobody's memory fills.
    private const double QueueSeconds = 0.05;

    /// <param name="netlink">Of the namespace that the interface is in.</param>
    /// <param name="bitsPerSecond">Null for no limit.</param>
    public static void Set(Netlink netlink, int index, long? bitsPerSecond)
    {
        if (bitsPerSecond is not { } rate)
        {
            netlink.Send(new NetlinkMessage(DeleteQdisc, Header(index)), 0, "Lifting a bandwidth limit", tolerated: Errno.ENOENT);
            return;
        }

        var bytes = Math.Max(1, rate / 8);
        var burst = (int)Math.Min(int.MaxValue, Math.Max(LeastBurst, (long)(bytes * BurstSeconds)));
        var limit = (int)Math.Min(int.MaxValue, burst + (long)(bytes * QueueSeconds));
        netlink.Send(
            new NetlinkMessage(NewQdisc, Header(index)).Add(Kind, "tbf").Nest(Options, o =>
                o.Add(Parameters, Limits(bytes, limit)).Add(Rate64, BitConverter.GetBytes(bytes)).Add(Burst, burst)),
            Netlink.CreateOrReplace, $"Limiting the bandwidth to {rate} bits/s");
    }

    // struct tcmsg: family, padding, index, handle, parent (root), info.
    private static byte[] Header(int index) =>
        [0, 0, 0, 0, .. BitConverter.GetBytes(index), .. BitConverter.GetBytes(0x10000), .. BitConverter.GetBytes(uint.MaxValue), 0, 0, 0, 0];

    /// <summary>struct tc_tbf_qopt: rate (of Ethernet), peak rate (none), limit, buffer and mtu (both by other attributes).</summary>
    private static byte[] Limits(long bytesPerSecond, int limit) =>
    [
        0, 1, 0, 0, 0, 0, 0, 0, .. BitConverter.GetBytes((uint)Math.Min(uint.MaxValue, bytesPerSecond)),
        .. new byte[12], .. BitConverter.GetBytes(limit), .. new byte[8],
    ];
}
