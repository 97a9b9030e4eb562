using System.Globalization;
using System.Text.Json;
using Gantry.Linux.Supervision;
using Gantry.Supervisor.Hosts;

namespace Gantry.Supervisor.Oci;

/// <summary>What crun is told about one container, beside what its request says.</summary>
/// <param name="User">Id of the app, as its user namespace counts.</param>
/// <param name="UserNamespace">Null for that of the host.</param>
internal sealed record OciInputs(
    string Rootfs, uint User, string? UserNamespace, string NetworkNamespace, string CgroupPath, bool SwapAccounting,
    byte[] Seccomp, byte[]? SeccompFilter, string InitPath, IReadOnlyList<OciMount> Mounts,
    IReadOnlyList<string> Disks);

internal sealed record OciMount(string Source, string Target, bool ReadOnly);

/// <summary>Writes the OCI runtime configuration (config.json) of one container.</summary>
internal static class OciConfig
{
    /// <summary>Where the init is bound inside; it reaps orphans and forwards signals.</summary>
    public const string Init = "/run/gantry-init";
    public const int AppUser = 1000;
    private const int TenantOomScore = 100;
    private static readonly string[] _capabilitySets = ["bounding", "effective", "permitted", "inheritable", "ambient"];

    /// <summary>crun mounts a small writable tmpfs there where control groups are of the first version, also when told that it is read-only.</summary>
    private const string ControlGroups = "/sys/fs/cgroup";

    public static byte[] Write(StartRequest request, OciInputs inputs)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("ociVersion", "1.0.2");
            json.WriteString("hostname", request.Hostname);
            json.WriteStartObject("root");
            json.WriteString("path", inputs.Rootfs);
            json.WriteBoolean("readonly", true);
            json.WriteEndObject();
            WriteProcess(json, request, inputs.User);
            WriteMounts(json, inputs);
            WriteLinux(json, request, inputs);
            if (inputs.SeccompFilter is { } filter)
                WriteCompiledFilter(json, filter);
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    private static void WriteProcess(Utf8JsonWriter json, StartRequest request, uint user)
    {
        json.WriteStartObject("process");
        json.WriteBoolean("terminal", request.Terminal);
        json.WriteStartObject("user");
        json.WriteNumber("uid", user);
        json.WriteNumber("gid", user);
        json.WriteEndObject();
        Strings(json, "args", [Init, "-g", "--", .. request.Command]);
        Strings(json, "env", request.Environment.Select(e => $"{e.Key}={e.Value}"));
        json.WriteString("cwd", request.WorkingDirectory);
        json.WriteStartObject("capabilities");
        foreach (var set in _capabilitySets)
            Strings(json, set, []);
        json.WriteEndObject();
        json.WriteBoolean("noNewPrivileges", true);
        // Without it the protection of the supervisor would be inherited.
        json.WriteNumber("oomScoreAdj", TenantOomScore);
        json.WriteStartArray("rlimits");
        Limit(json, "RLIMIT_NOFILE", Math.Min(request.OpenFiles, OpenFiles.Most));
        Limit(json, "RLIMIT_CORE", 0);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Limit(Utf8JsonWriter json, string type, long value)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteNumber("hard", value);
        json.WriteNumber("soft", value);
        json.WriteEndObject();
    }

    private static void WriteMounts(Utf8JsonWriter json, OciInputs inputs)
    {
        json.WriteStartArray("mounts");
        Mount(json, "/proc", "proc", "proc", "nosuid", "noexec", "nodev");
        Mount(json, "/dev", "tmpfs", "tmpfs", "nosuid", "noexec", "strictatime", "mode=755", "size=64k");
        Mount(json, "/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5");
        Mount(json, "/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=64m");
        Mount(json, "/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro");
        // Runtimes size their heaps by the limits they find here.
        Mount(json, ControlGroups, "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro");
        Mount(json, "/run", "tmpfs", "tmpfs", "nosuid", "noexec", "nodev", "mode=755", "size=1m");
        Mount(json, Init, "bind", inputs.InitPath, "bind", "ro", "nosuid", "nodev");
        foreach (var mount in inputs.Mounts)
            Mount(json, mount.Target, "bind", mount.Source, "rbind", mount.ReadOnly ? "ro" : "rw", "nosuid", "nodev");
        json.WriteEndArray();
    }

    private static void Mount(Utf8JsonWriter json, string target, string type, string source, params string[] options)
    {
        json.WriteStartObject();
        json.WriteString("destination", target);
        json.WriteString("type", type);
        json.WriteString("source", source);
        Strings(json, "options", options);
        json.WriteEndObject();
    }

    private static void WriteLinux(Utf8JsonWriter json, StartRequest request, OciInputs inputs)
    {
        json.WriteStartObject("linux");
        json.WriteString("cgroupsPath", inputs.CgroupPath);
        WriteResources(json, request, inputs);
        json.WriteStartArray("namespaces");
        foreach (var type in (ReadOnlySpan<string>)["pid", "ipc", "uts", "mount", "cgroup"])
            Namespace(json, type, null);
        if (inputs.UserNamespace is { } users)
            Namespace(json, "user", users);
        Namespace(json, "network", inputs.NetworkNamespace);
        json.WriteEndArray();
        Strings(json, "maskedPaths", KernelFiles.Masked);
        Strings(json, "readonlyPaths", [.. KernelFiles.ReadOnly, ControlGroups]);
        json.WritePropertyName("seccomp");
        json.WriteRawValue(inputs.Seccomp, skipInputValidation: true);
        json.WriteEndObject();
    }

    /// <summary>The rules stay beside it: a crun that does not know this annotation compiles them itself.</summary>
    private static void WriteCompiledFilter(Utf8JsonWriter json, byte[] filter)
    {
        json.WriteStartObject("annotations");
        json.WriteBase64String("run.oci.seccomp_bpf_data", filter);
        json.WriteEndObject();
    }

    private static void WriteResources(Utf8JsonWriter json, StartRequest request, OciInputs inputs)
    {
        json.WriteStartObject("resources");
        json.WriteStartObject("memory");
        json.WriteNumber("limit", request.MemoryBytes);
        if (inputs.SwapAccounting)
            json.WriteNumber("swap", request.MemoryBytes + request.SwapBytes);
        json.WriteEndObject();
        json.WriteStartObject("cpu");
        json.WriteNumber("shares", request.CpuShares);
        json.WriteEndObject();
        if (inputs.UserNamespace is null)
            WriteDevices(json);
        json.WriteStartObject("pids");
        json.WriteNumber("limit", request.Pids);
        json.WriteEndObject();
        WriteBlockIo(json, request, inputs.Disks);
        json.WriteEndObject();
    }

    /// <summary>None but those that crun makes. In a user namespace no device file can be opened anyway.</summary>
    private static void WriteDevices(Utf8JsonWriter json)
    {
        json.WriteStartArray("devices");
        json.WriteStartObject();
        json.WriteBoolean("allow", false);
        json.WriteString("access", "rwm");
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteBlockIo(Utf8JsonWriter json, StartRequest request, IReadOnlyList<string> disks)
    {
        json.WriteStartObject("blockIO");
        foreach (var direction in (ReadOnlySpan<string>)["Read", "Write"])
        {
            Throttle(json, $"throttle{direction}BpsDevice", disks, request.DiskBytesPerSecond);
            Throttle(json, $"throttle{direction}IOPSDevice", disks, request.DiskOperationsPerSecond);
        }
        json.WriteEndObject();
    }

    private static void Throttle(Utf8JsonWriter json, string name, IReadOnlyList<string> disks, long? rate)
    {
        json.WriteStartArray(name);
        foreach (var disk in rate is null ? [] : disks)
        {
            json.WriteStartObject();
            json.WriteNumber("major", int.Parse(disk.AsSpan(0, disk.IndexOf(':')), CultureInfo.InvariantCulture));
            json.WriteNumber("minor", int.Parse(disk.AsSpan(disk.IndexOf(':') + 1), CultureInfo.InvariantCulture));
            json.WriteNumber("rate", rate!.Value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Namespace(Utf8JsonWriter json, string type, string? path)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        if (path is not null)
            json.WriteString("path", path);
        json.WriteEndObject();
    }

    private static void Strings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
