using System.Globalization;

namespace Gantry.Scheduling.Model;

/// <summary>Names of the resources every host has, with their units. A cluster may count any other named resource beside them.</summary>
public static class ResourceNames
{
    /// <summary>Thousandths of a core.</summary>
    public const string Cpu = "cpu";

    /// <summary>Bytes.</summary>
    public const string Memory = "memory";

    /// <summary>Bytes a second received.</summary>
    public const string NetworkIn = "network-in";

    /// <summary>Bytes a second sent.</summary>
    public const string NetworkOut = "network-out";

    /// <summary>Bytes on disk.</summary>
    public const string Disk = "disk";

    /// <summary>Bytes a second read and written.</summary>
    public const string DiskIo = "disk-io";

    /// <summary>Processes and threads.</summary>
    public const string Pids = "pids";

    /// <summary>A quantity as people read it: "0.5 cores of cpu", "512 MB of memory", "3 gpu".</summary>
    public static string Format(string resource, long amount) => resource switch
    {
        Cpu => string.Create(CultureInfo.InvariantCulture, $"{amount / 1000.0:0.###} cores of cpu"),
        Memory or Disk => $"{Bytes(amount)} of {resource}",
        NetworkIn or NetworkOut or DiskIo => $"{Bytes(amount)}/s of {resource}",
        _ => string.Create(CultureInfo.InvariantCulture, $"{amount} {resource}"),
    };

    /// <summary>As <see cref="Format"/>, for what has been promised: "512 MB of promisable memory".</summary>
    public static string FormatPromisable(string resource, long amount)
    {
        var text = Format(resource, amount);
        return string.Concat(text.AsSpan(0, text.Length - resource.Length), "promisable ", resource);
    }

    private static string Bytes(long amount) => amount switch
    {
        >= 1L << 30 when amount % (1L << 30) == 0 => string.Create(CultureInfo.InvariantCulture, $"{amount >> 30} GB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{amount / (double)(1L << 20):0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{amount} bytes"),
    };
}
