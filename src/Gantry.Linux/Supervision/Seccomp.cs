using System.Text.Json;

namespace Gantry.Linux.Supervision;

/// <summary>
/// Turns the distribution's seccomp profile (containers-common) into OCI form for a process without capabilities,
/// and takes away what tenants never need.
/// </summary>
internal static class Seccomp
{
    private const long NamespaceFlags = 0x7E020000;

    // io_uring runs around syscall filters; the rest reaches kernel code that only an administrator needs.
    private static readonly HashSet<string> _never =
    [
        "add_key", "bpf", "clone", "clone3", "fsconfig", "fsmount", "fsopen", "fspick", "io_uring_enter", "io_uring_register",
        "io_uring_setup", "kcmp", "keyctl", "mount", "mount_setattr", "move_mount", "name_to_handle_at", "open_by_handle_at",
        "open_tree", "perf_event_open", "pivot_root", "quotactl", "request_key",
        "setns", "socket", "socketcall", "socketpair", "swapoff", "swapon", "syslog", "umount", "umount2", "unshare", "userfaultfd",
    ];

    /// <summary>The <c>linux.seccomp</c> object as JSON.</summary>
    public static byte[] Convert(string profilePath, string architecture)
    {
        using var profile = JsonDocument.Parse(File.ReadAllBytes(profilePath));
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            // Everything unknown looks like an older kernel, so that programs fall back.
            json.WriteString("defaultAction", "SCMP_ACT_ERRNO");
            json.WriteNumber("defaultErrnoRet", 38);
            json.WriteStartArray("architectures");
            json.WriteStringValue(architecture == "amd64" ? "SCMP_ARCH_X86_64" : "SCMP_ARCH_AARCH64");
            json.WriteEndArray();
            json.WriteStartArray("syscalls");
            foreach (var rule in profile.RootElement.GetProperty("syscalls").EnumerateArray())
                if (Applies(rule, architecture))
                    WriteRule(json, rule);
            WriteOwnRules(json);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    private static bool Applies(JsonElement rule, string architecture)
    {
        if (rule.TryGetProperty("includes", out var includes))
        {
            if (Has(includes, "caps", _ => true))
                return false;
            if (includes.TryGetProperty("arches", out _) && !Has(includes, "arches", a => a == architecture))
                return false;
        }
        return !rule.TryGetProperty("excludes", out var excludes) || !Has(excludes, "arches", a => a == architecture);
    }

    private static bool Has(JsonElement condition, string name, Func<string, bool> match) =>
        condition.TryGetProperty(name, out var list) && list.EnumerateArray().Any(e => match(e.GetString()!));

    private static void WriteRule(Utf8JsonWriter json, JsonElement rule)
    {
        var allow = rule.GetProperty("action").GetString() == "SCMP_ACT_ALLOW";
        var names = rule.GetProperty("names").EnumerateArray().Select(n => n.GetString()!)
            .Where(n => n is not ("socket" or "socketpair" or "clone" or "clone3") && !(allow && _never.Contains(n))).ToList();
        if (names.Count == 0)
            return;
        json.WriteStartObject();
        json.WriteStartArray("names");
        names.ForEach(json.WriteStringValue);
        json.WriteEndArray();
        json.WriteString("action", rule.GetProperty("action").GetString());
        if (rule.TryGetProperty("errnoRet", out var errno) && errno.ValueKind == JsonValueKind.Number)
            json.WriteNumber("errnoRet", errno.GetInt32());
        if (rule.TryGetProperty("args", out var args) && args.ValueKind == JsonValueKind.Array && args.GetArrayLength() > 0)
        {
            json.WritePropertyName("args");
            args.WriteTo(json);
        }
        json.WriteEndObject();
    }

    private static void WriteOwnRules(Utf8JsonWriter json)
    {
        // Threads and processes, but no new namespaces; clone3 hides its flags from filters and stays "unknown".
        Allow(json, "clone", (0, NamespaceFlags, 0, "SCMP_CMP_MASKED_EQ"));
        // Unix, IPv4, IPv6, and netlink for routes only: getifaddrs needs it.
        foreach (var family in new[] { 1, 2, 10 })
            Allow(json, "socket", (0, family, 0, "SCMP_CMP_EQ"));
        Allow(json, "socket", (0, 16, 0, "SCMP_CMP_EQ"), (2, 0, 0, "SCMP_CMP_EQ"));
        // For any other family the kernel loads its module and makes two sockets, before it finds that there are no pairs.
        Allow(json, "socketpair", (0, 1, 0, "SCMP_CMP_EQ"));
    }

    private static void Allow(Utf8JsonWriter json, string name, params ReadOnlySpan<(int Index, long Value, long Two, string Op)> args)
    {
        json.WriteStartObject();
        json.WriteStartArray("names");
        json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteString("action", "SCMP_ACT_ALLOW");
        json.WriteStartArray("args");
        foreach (var (index, value, two, op) in args)
        {
            json.WriteStartObject();
            json.WriteNumber("index", index);
            json.WriteNumber("value", value);
            json.WriteNumber("valueTwo", two);
            json.WriteString("op", op);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
