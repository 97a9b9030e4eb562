using System.Globalization;
using Gantry.Domain;

namespace Gantry.Agent.Runtime.Docker;

/// <summary>What a container carries as labels: all that an agent that did not start it needs to know.</summary>
internal sealed record Labels(
    string Instance, ContainerId Id, string BootId, string Address, bool Terminal, long MemoryBytes, long SwapBytes, TimeSpan? MaxRuntime, long? BitsPerSecond,
    string LogTag)
{
    public const string InstanceKey = "gantry.instance";
    public const string IdKey = "gantry.id";
    private const string Boot = "gantry.boot";
    private const string AddressKey = "gantry.address";
    private const string TerminalKey = "gantry.terminal";
    private const string Memory = "gantry.memory";
    private const string Swap = "gantry.swap";
    private const string Runtime = "gantry.max-runtime-ms";
    private const string Bandwidth = "gantry.bits-per-second";
    private const string Tag = "gantry.log-tag";

    public Dictionary<string, string> Write()
    {
        var labels = new Dictionary<string, string>
        {
            [InstanceKey] = Instance,
            [IdKey] = Id.Value,
            [Boot] = BootId,
            [AddressKey] = Address,
            [TerminalKey] = Terminal ? "yes" : "no",
            [Memory] = MemoryBytes.ToString(CultureInfo.InvariantCulture),
            [Swap] = SwapBytes.ToString(CultureInfo.InvariantCulture),
            [Tag] = LogTag,
        };
        if (MaxRuntime is { } limit)
            labels[Runtime] = limit.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);
        if (BitsPerSecond is { } bits)
            labels[Bandwidth] = bits.ToString(CultureInfo.InvariantCulture);
        return labels;
    }

    public static Labels Read(IDictionary<string, string> labels) => new(
        labels[InstanceKey], new ContainerId(labels[IdKey]), labels[Boot], labels[AddressKey], labels[TerminalKey] == "yes",
        long.Parse(labels[Memory], CultureInfo.InvariantCulture), long.Parse(labels[Swap], CultureInfo.InvariantCulture),
        labels.TryGetValue(Runtime, out var limit) ? TimeSpan.FromMilliseconds(double.Parse(limit, CultureInfo.InvariantCulture)) : null,
        labels.TryGetValue(Bandwidth, out var bits) ? long.Parse(bits, CultureInfo.InvariantCulture) : null,
        labels[Tag]);
}
