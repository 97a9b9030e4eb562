namespace Gantry.Supervisor.Hosts;

/// <summary>Kernel settings that Gantry changes. The values before are kept, and put back when it leaves the host.</summary>
internal sealed class Sysctls(string recordFile)
{
    private const string Forward = "/proc/sys/net/ipv4/ip_forward";

    public void Apply()
    {
        var before = File.ReadAllText(Forward).Trim();
        if (before == "1")
            return;
        File.WriteAllText(recordFile, before);
        File.WriteAllText(Forward, "1");
    }

    public void Restore()
    {
        if (!File.Exists(recordFile))
            return;
        File.WriteAllText(Forward, File.ReadAllText(recordFile));
        File.Delete(recordFile);
    }
}
