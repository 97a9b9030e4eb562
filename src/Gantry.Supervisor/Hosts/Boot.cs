namespace Gantry.Supervisor.Hosts;

/// <summary>Tells one run of the host's kernel from another.</summary>
internal static class Boot
{
    public static string Id { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
}
