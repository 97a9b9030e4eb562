using System.Text.Json;
using System.Text.Json.Nodes;
using Gantry.Linux.Supervision;

namespace Gantry.Agent.Runtime.Docker;

/// <summary>
/// The filter of the native runtime, said so that old engines understand it: those before 23 do not know a profile's default
/// error and answer EPERM to all that is not named. The C library takes that for a final no where it would fall back from
/// ENOSYS, and can start no thread (clone3). So what is left out is named, with the error it is to get.
/// </summary>
internal static class EngineSeccomp
{
    private const int NotImplemented = 38;

    /// <summary>Left out of the profile itself, and asked for by libraries.</summary>
    private static readonly string[] _newer = ["io_uring_enter", "io_uring_register", "io_uring_setup"];

    /// <summary>The profile as JSON.</summary>
    public static string Render(string profilePath, string architecture)
    {
        var filter = JsonNode.Parse(Seccomp.Convert(profilePath, architecture))!;
        var rules = filter["syscalls"]!.AsArray();
        using var profile = JsonDocument.Parse(File.ReadAllBytes(profilePath));
        var all = profile.RootElement.GetProperty("syscalls").EnumerateArray().SelectMany(r => r.GetProperty("names").EnumerateArray()).Select(n => n.GetString()!);
        var named = rules.SelectMany(r => r!["names"]!.AsArray()).Select(n => (string)n!);
        rules.Add(new JsonObject
        {
            ["names"] = new JsonArray([.. all.Concat(_newer).Except(named).Order(StringComparer.Ordinal).Select(n => (JsonNode)n)]),
            ["action"] = "SCMP_ACT_ERRNO",
            ["errnoRet"] = NotImplemented,
        });
        return filter.ToJsonString();
    }
}
