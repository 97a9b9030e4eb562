using System.Reflection;

namespace Gantry.Build.Sandbox;

/// <summary>Fills the folder that a build sees as <c>/gantry-build</c>, and names what is in it by variables.</summary>
internal sealed class BuildKit(BuildOptions options)
{
    public const string Inside = "/gantry-build";

    /// <summary>The variables by which tools find their certificate authorities.</summary>
    private static readonly string[] CaVariables =
    [
        "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "NPM_CONFIG_CAFILE", "GIT_SSL_CAINFO", "CURL_CA_BUNDLE", "PIP_CERT", "REQUESTS_CA_BUNDLE",
        "AWS_CA_BUNDLE", "BUNDLE_SSL_CA_CERT", "CARGO_HTTP_CAINFO", "DENO_CERT", "NIX_SSL_CERT_FILE",
    ];

    /// <returns>Variables for the build.</returns>
    public Dictionary<string, string> Fill(string folder)
    {
        WriteScript(folder);
        File.WriteAllLines(Path.Combine(folder, "local-buildpacks"), LocalBuildpacks().Select(b => $"{b.Host}\t{b.Inside}"));
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Copy(options.CaBundlePath, folder, "ca-certificates.crt") is { } bundle)
        {
            foreach (var name in CaVariables)
                variables[name] = bundle;
        }

        if (Copy(options.NpmConfigPath, folder, "npmrc") is { } npm)
            variables["NPM_CONFIG_GLOBALCONFIG"] = npm;
        if (Copy(options.PipConfigPath, folder, "pip.conf") is { } pip)
            variables["PIP_CONFIG_FILE"] = pip;
        if (Copy(options.NuGetConfigPath, folder, "nuget/NuGet/Config/NuGet.Config") is not null)
            variables["NUGET_COMMON_APPLICATION_DATA"] = Inside + "/nuget";
        foreach (var (name, value) in options.ExtraEnvironment)
            variables[name] = value;
        return variables;
    }

    /// <summary>Folders that the operator opened for buildpacks, and where builds see them.</summary>
    public IEnumerable<(string Host, string Inside)> LocalBuildpacks() =>
        options.LocalBuildpacks.Select((host, i) => (Path.TrimEndingDirectorySeparator(Path.GetFullPath(host)), $"/local-buildpacks/{i}"));

    private static void WriteScript(string folder)
    {
        using var script = Assembly.GetExecutingAssembly().GetManifestResourceStream("build.sh")!;
        using var file = File.Create(Path.Combine(folder, "build.sh"));
        script.CopyTo(file);
    }

    private static string? Copy(string? from, string folder, string to)
    {
        if (string.IsNullOrEmpty(from))
            return null;
        if (!File.Exists(from))
            throw new BuildException($"The operator's file '{from}' for builds does not exist on this host. Correct the configuration of builds.", false);
        var target = Path.Combine(folder, to);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(from, target);
        return $"{Inside}/{to}";
    }
}
