using System.Globalization;

namespace Gantry.Supervisor.Hosts;

/// <summary>
/// Kernel settings that Gantry changes. The values before are kept, and put back when the last instance leaves the host.
/// </summary>
/// <param name="instance">Name of this instance on the host.</param>
/// <param name="records">Folder that all instances share, gone after a reboot as the settings are.</param>
internal sealed class Sysctls(string instance, string records = "/run/gantry-sysctls", string root = "/proc/sys")
{
    private static readonly (string Name, string Value)[] _wanted =
    [
        ("net/ipv4/ip_forward", "1"),
        // A bound of the whole host, which a single container could reach. What it has open counts as its memory, which is bounded.
        ("fs/file-max", long.MaxValue.ToString(CultureInfo.InvariantCulture)),
    ];

    private string Users => Path.Combine(records, "users");

    public void Apply()
    {
        Directory.CreateDirectory(Users);
        File.WriteAllBytes(Path.Combine(Users, instance), []);
        foreach (var (name, value) in _wanted)
        {
            var before = File.ReadAllText(Path.Combine(root, name)).Trim();
            if (before == value)
                continue;
            if (!File.Exists(RecordOf(name)))
                File.WriteAllText(RecordOf(name), before);
            File.WriteAllText(Path.Combine(root, name), value);
        }
    }

    public void Restore()
    {
        if (!Directory.Exists(Users))
            return;
        File.Delete(Path.Combine(Users, instance));
        if (Directory.EnumerateFiles(Users).Any())
            return;
        foreach (var (name, _) in _wanted.Where(setting => File.Exists(RecordOf(setting.Name))))
            File.WriteAllText(Path.Combine(root, name), File.ReadAllText(RecordOf(name)));
        Directory.Delete(records, recursive: true);
    }

    private string RecordOf(string name) => Path.Combine(records, name.Replace('/', '.'));
}
