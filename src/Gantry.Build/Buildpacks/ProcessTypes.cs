using Gantry.Build.Sandbox;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Images;

namespace Gantry.Build.Buildpacks;

/// <summary>Decides what a built app can start: the buildpack's defaults, and the Procfile over them.</summary>
internal static class ProcessTypes
{
    public static async Task<Outcome<Decision>> DecideAsync(BuildReport report, IBuildOutput output, CancellationToken token)
    {
        var release = ReleaseInfo.Parse(report.Release ?? "");
        if (release.Refusal is { } broken)
            return broken;
        var defaults = Defaults(release.Value);
        if (defaults.Refusal is { } wrong)
            return wrong;
        var procfile = Procfile.Parse(report.Procfile ?? "");
        if (procfile.Refusal is { } line)
            return BrokenProcfile(line);
        var types = new Dictionary<string, string>(defaults.Value, StringComparer.Ordinal);
        foreach (var (type, command) in procfile.Value)
            types[type] = command;
        await TellAsync(release.Value, types, report.Procfile is not null, output, token);
        return new Decision(types, release.Value.ConfigVars.Where(v => IsValid(v.Key, v.Value)).ToDictionary(StringComparer.Ordinal));
    }

    public static Refusal BrokenProcfile(Refusal rule) => rule with { Message = $"The Procfile is broken: {rule.Message} Correct it, and deploy again." };

    /// <summary>The rules of the Procfile hold for the buildpack's types too.</summary>
    private static Outcome<IReadOnlyDictionary<string, string>> Defaults(ReleaseInfo release)
    {
        var text = string.Join('\n', release.ProcessTypes.Select(t => $"{t.Key}: {t.Value.Trim().ReplaceLineEndings(" ")}"));
        return Procfile.Parse(text) is { Refusal: { } refusal }
            ? Refusal.Invalid("buildpack", $"The buildpack's bin/release gives a process type that is not valid: {refusal.Message} Fix the buildpack, or use another one.")
            : Procfile.Parse(text);
    }

    private static async Task TellAsync(ReleaseInfo release, Dictionary<string, string> types, bool hasProcfile, IBuildOutput output, CancellationToken token)
    {
        if (release.Addons.Count > 0)
            await output.WriteAsync($" !     The buildpack asks for addons ({string.Join(", ", release.Addons)}); they are not added. Add them yourself if the app needs them.\n", token);
        foreach (var (name, value) in release.ConfigVars.Where(v => !IsValid(v.Key, v.Value)))
            await output.WriteAsync($" !     The buildpack's variable '{name}' is ignored: {VariableRules.Check(name, value)!.Message}.\n", token);
        await output.WriteAsync($"-----> Process types: {(types.Count == 0 ? "none" : string.Join(", ", types.Keys.Order(StringComparer.Ordinal)))}\n", token);
        if (!types.ContainsKey("web"))
        {
            var why = hasProcfile ? "The Procfile declares no 'web' process" : "There is no Procfile and the buildpack has no default 'web' process";
            await output.WriteAsync($" !     {why}, so the app will not serve requests.\n !     To serve, add a line such as 'web: COMMAND' to a file named Procfile; COMMAND must listen on $PORT.\n", token);
        }
    }

    private static bool IsValid(string name, string value) => VariableRules.Check(name, value) is null;

    internal sealed record Decision(IReadOnlyDictionary<string, string> Types, IReadOnlyDictionary<string, string> ConfigVars);
}
