using System.Globalization;
using System.Runtime.InteropServices;

namespace Gantry.Linux.Kernel;

/// <summary>Network interfaces of the calling thread's network namespace.</summary>
internal static partial class NetworkInterfaces
{
    public static uint IndexOf(string device)
    {
        var index = NameToIndex(device);
        return index != 0 ? index : throw new LinuxException($"Finding the interface {device}", Marshal.GetLastPInvokeError());
    }

    /// <summary>Largest packet of the interface with the default route, which containers must not exceed; 1500 without one.</summary>
    public static int UplinkMtu()
    {
        foreach (var line in File.ReadLines("/proc/net/route").Skip(1))
            if (line.Split('\t') is [var device, "00000000", ..] && File.Exists($"/sys/class/net/{device}/mtu"))
                return int.Parse(File.ReadAllText($"/sys/class/net/{device}/mtu"), CultureInfo.InvariantCulture);
        return 1500;
    }

    [LibraryImport("libc", EntryPoint = "if_nametoindex", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint NameToIndex(string device);
}
