using System.Diagnostics;
using System.Globalization;
using Gantry.Conformance;

namespace Gantry.Engines.Tests.Support;

/// <summary>
/// A real server of the tests' own: in its own folder, on a loopback port nobody else has, as an unprivileged user.
/// It is killed with all its children when the tests end, however they end.
/// </summary>
internal abstract class EngineServer(string user, string program, string package) : IAsyncDisposable
{
    private readonly TempDirectory _directory = new();
    private Process? _runner;
    private int _pid;

    public string Folder => _directory.Path;

    public int Port { get; } = FreePort.Take();

    protected string Log => Path.Combine(Folder, "server.log");

    /// <summary>Where the program is; a server that is not installed is a failure of the machine, never a skipped test.</summary>
    protected string Program { get; } = File.Exists(program) ? program : throw new InvalidOperationException(
        $"{program} is missing, and these tests run against the real server. Run: apt-get install {package}");

    /// <summary>What is run, when it is not the program itself.</summary>
    protected virtual string Executable => Program;

    protected abstract IEnumerable<string> Arguments { get; }

    protected abstract Task<bool> IsReadyAsync();

    /// <summary>Makes the folder theirs who run the server, and what they need in it.</summary>
    protected virtual Task PrepareAsync() => ToolAsync("chown", "-R", user, Folder);

    public async Task StartAsync()
    {
        if (_runner is null)
            await PrepareAsync();
        _runner?.Dispose();
        _runner = Process.Start(new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "Support", "run-engine"), [user, Log, Executable, .. Arguments])
        { RedirectStandardOutput = true, WorkingDirectory = Folder })!;
        _pid = int.Parse((await _runner.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        await Until.TrueAsync(async () => HasEnded() || await IsReadyAsync(), $"{Program} did not start; see {Log}");
    }

    /// <summary>SIGKILL to all its processes at once: what is on the disk is what it has next time.</summary>
    public async Task KillAsync()
    {
        await SignalAsync("KILL");
        await _runner!.WaitForExitAsync();
        await Until.TrueAsync(() => !IsAlive(), $"{Program} outlived its kill");
    }

    /// <summary>It stays there and answers nothing, like a machine that hangs.</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    public Task ResumeAsync() => SignalAsync("CONT");

    public async ValueTask DisposeAsync()
    {
        if (_runner is { HasExited: false })
            await KillAsync();
        _runner?.Dispose();
        _directory.Dispose();
    }

    protected Task AsUserAsync(string tool, params string[] arguments) =>
        ToolAsync("setpriv", ["--reuid", user, "--regid", user, "--clear-groups", "--", tool, .. arguments]);

    private static async Task ToolAsync(string tool, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{tool} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await output}{errors}");
    }

    /// <summary>The whole group: some servers are many processes.</summary>
    private Task SignalAsync(string signal) => ToolAsync("kill", $"-{signal}", "--", $"-{_pid}");

    /// <summary>True while a process of the group is more than a zombie.</summary>
    private bool IsAlive() => Directory.GetDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])).Any(directory =>
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(directory, "stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] != "Z" && fields[2] == $"{_pid}";
        }
        catch (IOException)
        {
            // It ended while it was looked at.
            return false;
        }
    });

    private bool HasEnded() => _runner!.HasExited
        ? throw new InvalidOperationException($"{Program} ended as it started: {File.ReadAllText(Log)}")
        : false;
}
