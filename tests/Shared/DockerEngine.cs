using System.Diagnostics;

namespace Gantry.Tests;

/// <summary>
/// A Docker engine of the test's own (eng/docker-engine). It sets no packet filter and no bridge, so it can share the
/// host's network; it ends with this process, however that ends.
/// </summary>
internal sealed class DockerEngine : IAsyncDisposable
{
    private readonly Process _process;

    private DockerEngine(Process process, string run, string data) => (_process, Run, Data) = (process, run, data);

    public string Socket => $"{Run}/docker.sock";

    private string Run { get; }

    private string Data { get; }

    public static async Task<DockerEngine> StartAsync(string name, params string[] options)
    {
        var (run, data) = ($"/run/gantry-engine-{name}", $"/var/tmp/gantry-engine-{name}");
        var script = Path.Combine(Repository(), "eng", "docker-engine");
        var process = Process.Start(new ProcessStartInfo(script, [run, data, "--iptables=false", "--ip6tables=false", "--bridge=none", .. options]))!;
        var engine = new DockerEngine(process, run, data);
        try
        {
            await Until.TrueAsync(async () => !process.HasExited && (await TryDockerAsync(run, "info")).Code == 0, $"Docker did not start; see {run}/dockerd.log");
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs the client to its end and returns what it printed.</summary>
    public async Task<string> DockerAsync(params string[] arguments)
    {
        var (code, output) = await TryDockerAsync(Run, arguments);
        return code == 0 ? output.Trim() : throw new InvalidOperationException($"docker {string.Join(' ', arguments)} ended with {code}: {output}");
    }

    public async ValueTask DisposeAsync()
    {
        using (var kill = Process.Start("kill", $"{_process.Id}"))
            await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
        await ToolAsync("rm", "-rf", Run, Data);
    }

    /// <summary>Runs a program to its end; both its streams together.</summary>
    public static async Task<(int Code, string Output)> ToolAsync(string program, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }

    private static Task<(int Code, string Output)> TryDockerAsync(string run, params string[] arguments) =>
        ToolAsync("docker", ["--config", $"{run}/client", "--host", $"unix://{run}/docker.sock", .. arguments]);

    private static string Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "eng", "docker-engine")))
                return folder.FullName;
        throw new InvalidOperationException("The repository was not found above the test's binaries.");
    }
}
