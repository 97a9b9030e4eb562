using System.Diagnostics;

namespace Gantry.Tests;

/// <summary>
/// A Docker engine of the test's own (eng/docker-engine). It sets no packet filter and no bridge, so it can share the
/// host's network; it ends with this process, however that ends.
/// </summary>
internal sealed class DockerEngine : IAsyncDisposable
{
    private readonly string _run;
    private readonly string _data;
    private readonly string[] _options;
    private Process? _process;

    private DockerEngine(string name, string[] options) =>
        (_run, _data, _options) = ($"/run/gantry-engine-{name}", $"/var/tmp/gantry-engine-{name}", options);

    public string Socket => $"{_run}/docker.sock";

    /// <summary>What the engine says of itself.</summary>
    public string LogFile => $"{_run}/dockerd.log";

    public static async Task<DockerEngine> StartAsync(string name, params string[] options)
    {
        var engine = new DockerEngine(name, options);
        try
        {
            await engine.StartAsync();
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it again on what it had.</summary>
    public async Task StartAsync()
    {
        var script = Path.Combine(Repository(), "eng", "docker-engine");
        _process = Process.Start(new ProcessStartInfo(script, [_run, _data, "--iptables=false", "--ip6tables=false", "--bridge=none", .. _options]))!;
        await Until.TrueAsync(async () => !_process.HasExited && (await TryDockerAsync("info")).Code == 0, $"Docker did not start; see {LogFile}");
    }

    public async Task StopAsync()
    {
        if (_process is null)
            return;
        using (var kill = Process.Start("kill", $"{_process.Id}"))
            await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Runs the client to its end and returns what it printed.</summary>
    public async Task<string> DockerAsync(params string[] arguments)
    {
        var (code, output) = await TryDockerAsync(arguments);
        return code == 0 ? output.Trim() : throw new InvalidOperationException($"docker {string.Join(' ', arguments)} ended with {code}: {output}");
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await ToolAsync("rm", "-rf", _run, _data);
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

    private Task<(int Code, string Output)> TryDockerAsync(params string[] arguments) =>
        ToolAsync("docker", ["--config", $"{_run}/client", "--host", $"unix://{Socket}", .. arguments]);

    private static string Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "eng", "docker-engine")))
                return folder.FullName;
        throw new InvalidOperationException("The repository was not found above the test's binaries.");
    }
}
