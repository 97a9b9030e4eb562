using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Gantry.EndToEnd.Tests.Platform;

/// <summary>
/// Networks that stand for a datacentre's, of the range for measurements (RFC 2544). A run that was killed leaves its bridge, and
/// what the kernel would send to another bridge with the same address never arrived.
/// </summary>
internal static class FreeNetwork
{
    /// <param name="third">The third number wherever nothing on this machine has it.</param>
    /// <returns>The first three numbers.</returns>
    public static string Take(int third)
    {
        var taken = NetworkInterface.GetAllNetworkInterfaces().SelectMany(i => i.GetIPProperties().UnicastAddresses)
            .Where(a => a.Address.AddressFamily == AddressFamily.InterNetwork)
            .Select(a => $"{a.Address}"[..$"{a.Address}".LastIndexOf('.')]).ToHashSet();
        return Enumerable.Range(0, 10).Select(again => $"198.{(again == 0 ? 18 : 19)}.{third + 10 * again}").First(net => !taken.Contains(net));
    }
}
