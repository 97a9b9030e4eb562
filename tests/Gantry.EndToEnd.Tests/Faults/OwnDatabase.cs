using System.Globalization;
using Gantry.EndToEnd.Tests.Platform;

namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>A PostgreSQL of the suite's own, as durable as one in production, that can be killed, paused and stopped.</summary>
public sealed class OwnDatabase(string folder) : Database, IAsyncDisposable
{
    private readonly int _port = FreePort.Take();

    private static string Binaries { get; } = Path.Combine(
        Directory.GetDirectories("/usr/lib/postgresql").OrderBy(d => int.Parse(Path.GetFileName(d), CultureInfo.InvariantCulture)).Last(), "bin");

    public override string ConnectionString => $"Host=127.0.0.1;Port={_port};Database=postgres;Username=gantry";

    public override string Log => Path.Combine(folder, "server.log");

    private string Data => Path.Combine(folder, "data");

    public async Task CreateAsync()
    {
        Directory.CreateDirectory(folder);
        (await Shell.RunAsync("chown", ["postgres", folder])).ExpectSuccess();
        (await AsPostgresAsync("initdb", "-D", Data, "-U", "gantry", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")).ExpectSuccess();
        await StartAsync();
    }

    public override async Task StartAsync() => (await AsPostgresAsync(
        "pg_ctl", "-D", Data, "-l", Log, "-w", "-t", "60", "-o", $"-k {folder} -p {_port} -c listen_addresses=127.0.0.1 -c shared_buffers=32MB", "start")).ExpectSuccess();

    public override async Task StopAsync() => (await AsPostgresAsync("pg_ctl", "-D", Data, "-m", "fast", "-w", "stop")).ExpectSuccess();

    public override async Task KillAsync()
    {
        var all = await SignalAsync("KILL");
        await Wait.ForAsync<object>(() => Task.FromResult<object?>(all.All(p => !Directory.Exists($"/proc/{p}")) ? this : null), "the end of the database");
    }

    public override Task PauseAsync() => SignalAsync("STOP");

    public override Task ResumeAsync() => SignalAsync("CONT");

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
            await KillAsync();
    }

    private async Task<IReadOnlyList<string>> SignalAsync(string signal)
    {
        var server = (await File.ReadAllLinesAsync(Path.Combine(Data, "postmaster.pid")))[0].Trim();
        var all = (await Shell.RunAsync("pgrep", ["-P", server])).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Prepend(server).ToList();
        // Some of its children may have ended meanwhile.
        await Shell.RunAsync("kill", [$"-{signal}", .. all]);
        return all;
    }

    private Task<ShellResult> AsPostgresAsync(string tool, params string[] arguments) => Shell.RunAsync(
        "setpriv", ["--reuid", "postgres", "--regid", "postgres", "--clear-groups", "--", "bash", "-c", $"exec {Path.Combine(Binaries, tool)} \"$@\" > {folder}/{tool}.out 2>&1", tool, .. arguments], directory: "/");
}
