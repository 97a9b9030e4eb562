using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Gantry.Domain;
using Gantry.Domain.Hosts;

namespace Gantry.Control.Hosts.Joining;

/// <summary>Which part of the network of all containers a new host gets.</summary>
internal static class Subnets
{
    /// <summary>4,096 addresses, of which the agent uses 3,840 for containers.</summary>
    private const int PrefixLength = 20;

    /// <summary>The first that nobody has. One that a removed host had comes last: that machine may still believe in it.</summary>
    public static Outcome<string> Free(string network, IReadOnlyList<Host> all)
    {
        if (!TryParse(network, out var whole) || whole.PrefixLength > PrefixLength)
            return Refusal.Invalid("subnet", $"Gantry:Hosts:ContainerNetwork is '{network}', which is no IPv4 network of /{PrefixLength} or larger, such as 10.192.0.0/10. Set it where Control runs.");
        var taken = Networks(all.Where(h => h.RemovedAt is null));
        var left = Networks(all.Where(h => h.RemovedAt is not null));
        var free = Parts(whole).Where(part => !taken.Exists(t => Overlap(t, part))).ToList();
        return free.Count == 0
            ? Refusal.Conflict($"All {Parts(whole).Count()} subnets of {network} are in use. Remove hosts that are gone (gantry hosts remove), or give Gantry:Hosts:ContainerNetwork a larger network.")
            : free.Find(part => !left.Exists(t => Overlap(t, part))) is { PrefixLength: > 0 } unused ? unused.ToString() : free[0].ToString();
    }

    private static List<IPNetwork> Networks(IEnumerable<Host> hosts) =>
        [.. hosts.Select(h => h.Subnet).OfType<string>().Where(s => TryParse(s, out _)).Select(s => IPNetwork.Parse(s))];

    private static bool TryParse(string text, out IPNetwork network) =>
        IPNetwork.TryParse(text, out network) && network.BaseAddress.AddressFamily == AddressFamily.InterNetwork;

    private static bool Overlap(IPNetwork a, IPNetwork b) => a.Contains(b.BaseAddress) || b.Contains(a.BaseAddress);

    private static IEnumerable<IPNetwork> Parts(IPNetwork whole)
    {
        var first = BinaryPrimitives.ReadUInt32BigEndian(whole.BaseAddress.GetAddressBytes());
        for (var i = 0u; i < 1u << (PrefixLength - whole.PrefixLength); i++)
            yield return Part(first + (i << (32 - PrefixLength)));
    }

    private static IPNetwork Part(uint address)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, address);
        return new IPNetwork(new IPAddress(bytes), PrefixLength);
    }
}
