using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using Gantry.Linux.Supervision;

namespace Gantry.Supervisor.Slots;

/// <summary>Ids, addresses and names of slots, all by arithmetic on the slot's number.</summary>
internal sealed class SlotPlan(SupervisorOptions options)
{
    private const uint IdsPerSlot = 65_536;

    // The first 256 addresses are kept for the gateway and what may come.
    private const uint FirstAddress = 256;
    private readonly uint _network = Parse(options.Subnet);

    public string Gateway => Format(_network + 1);

    public Slot Make(int number) => new(
        number, BaseId(number), Address(number), $"{options.InterfacePrefix}{number}",
        Path.Combine(options.RunDirectory, "mnt", number.ToString(CultureInfo.InvariantCulture)));

    public string Address(int number) => Format(_network + FirstAddress + (uint)number);

    public static byte[] Bytes(string address) => IPAddress.Parse(address).GetAddressBytes();

    private uint BaseId(int number) => options.UidBase + (uint)number * IdsPerSlot;

    private static uint Parse(string subnet) => BinaryPrimitives.ReadUInt32BigEndian(Bytes(subnet[..subnet.IndexOf('/', StringComparison.Ordinal)]));

    private static string Format(uint address) =>
        string.Create(CultureInfo.InvariantCulture, $"{address >> 24}.{(address >> 16) & 255}.{(address >> 8) & 255}.{address & 255}");
}
