using Gantry.Domain;

namespace Gantry.Build.Buildpacks;

/// <summary>The folder of the source that is the app, from the variable <c>PROJECT_DIR</c>.</summary>
internal static class ProjectDirectory
{
    /// <returns>A clean relative path; empty for the root of the source.</returns>
    public static Outcome<string> Parse(string? value)
    {
        var parts = (value ?? "").Trim().Split('/').Where(p => p is not ("" or ".")).ToArray();
        return parts.Contains("..") || parts.Any(p => p.Any(char.IsControl))
            ? Refusal.Invalid("PROJECT_DIR", $"The variable PROJECT_DIR is '{value}', which leads out of the source. Set it to a folder of the source, such as 'services/web', and deploy again.")
            : string.Join('/', parts);
    }
}
