using System.Globalization;

namespace Gantry.Agent.Runtime.Docker;

/// <summary>
/// How many open files a container can be given: as many as the kernel allows, or where nobody may raise limits (a host
/// that is itself a container), as many as this process may have. The engine refuses to start what asks for more.
/// </summary>
internal static class OpenFiles
{
    private const int ResourceCapability = 24;

    public static long Most { get; } = Find();

    private static long Find()
    {
        var mine = ulong.Parse(Field("/proc/self/status", "CapEff:")[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return (mine & (1UL << ResourceCapability)) != 0
            ? long.Parse(File.ReadAllText("/proc/sys/fs/nr_open"), CultureInfo.InvariantCulture)
            // Soft limit, hard limit, unit.
            : long.Parse(Field("/proc/self/limits", "Max open files")[1], CultureInfo.InvariantCulture);
    }

    private static string[] Field(string file, string name) =>
        File.ReadLines(file).First(l => l.StartsWith(name, StringComparison.Ordinal))[name.Length..].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
}
