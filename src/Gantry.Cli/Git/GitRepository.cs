using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Gantry.Cli.Git;

/// <summary>The git repository round a folder, through the <c>git</c> program; there may be neither.</summary>
internal sealed class GitRepository(string folder)
{
    public const string DefaultRemote = "gantry";

    /// <summary>Whether the folder is in a work tree. A repository that git refuses to read counts: see <see cref="Files"/>.</summary>
    public bool Exists => EnclosingRepository(folder) is not null;

    public string? RemoteAddress(string remote) =>
        Exists && Run("config", "--get", $"remote.{remote}.url") is { Status: 0 } result ? result.Output.Trim() : null;

    public void SetRemote(string remote, string address)
    {
        var exists = RemoteAddress(remote) is not null;
        Demand(Run("remote", exists ? "set-url" : "add", remote, address));
    }

    public string? Head() => Run("rev-parse", "HEAD") is { Status: 0 } result ? result.Output.Trim() : null;

    /// <summary>
    /// The files that are not ignored, tracked or not, relative to the folder. A repository that git refuses to read is an
    /// error and not a reason to take everything: what is ignored may be secret.
    /// </summary>
    public IReadOnlyList<string> Files() =>
        Demand(Run("ls-files", "--cached", "--others", "--exclude-standard", "-z"))
            .Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Distinct(StringComparer.Ordinal).ToList();

    private static string? EnclosingRepository(string start)
    {
        for (var current = new DirectoryInfo(start); current is not null; current = current.Parent)
            if (Path.Exists(Path.Combine(current.FullName, ".git")))
                return current.FullName;
        return null;
    }

    private static string Demand(GitResult result) => result.Status == 0
        ? result.Output
        : throw new CliError(ExitCode.BadInput, $"git failed: {result.Error.Trim()}",
            result.Error.Contains("dubious ownership", StringComparison.Ordinal)
                ? "The repository belongs to another user; the line that git proposes above allows it."
                : null);

    private GitResult Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-C", folder, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return new GitResult(process.ExitCode, output, error.GetAwaiter().GetResult());
        }
        catch (Win32Exception)
        {
            return new GitResult(127, "", "the program git is not installed");
        }
    }

    private readonly record struct GitResult(int Status, string Output, string Error);
}
