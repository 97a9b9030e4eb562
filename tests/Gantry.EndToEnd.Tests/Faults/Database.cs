using System.Diagnostics;
using System.Globalization;
using Gantry.EndToEnd.Tests.Faults.Checks;
using Gantry.EndToEnd.Tests.Platform;
using Npgsql;

namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>A PostgreSQL of the suite's own, as durable as one in production, that can be killed, paused and stopped.</summary>
public sealed class Database(string folder) : IAsyncDisposable
{
    private readonly int _port = FreePort.Take();

    private static string Binaries { get; } = Path.Combine(
        Directory.GetDirectories("/usr/lib/postgresql").OrderBy(d => int.Parse(Path.GetFileName(d), CultureInfo.InvariantCulture)).Last(), "bin");

    public string ConnectionString => $"Host=127.0.0.1;Port={_port};Database=postgres;Username=gantry";

    public string Log => Path.Combine(folder, "server.log");

    private string Data => Path.Combine(folder, "data");

    public async Task CreateAsync()
    {
        Directory.CreateDirectory(folder);
        (await Shell.RunAsync("chown", ["postgres", folder])).ExpectSuccess();
        (await AsPostgresAsync("initdb", "-D", Data, "-U", "gantry", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")).ExpectSuccess();
        await StartAsync();
    }

    public async Task StartAsync() => (await AsPostgresAsync(
        "pg_ctl", "-D", Data, "-l", Log, "-w", "-t", "60", "-o", $"-k {folder} -p {_port} -c listen_addresses=127.0.0.1 -c shared_buffers=32MB", "start")).ExpectSuccess();

    public async Task StopAsync() => (await AsPostgresAsync("pg_ctl", "-D", Data, "-m", "fast", "-w", "stop")).ExpectSuccess();

    /// <summary>All its processes at once: what is on the disk is what it has next time.</summary>
    public async Task KillAsync()
    {
        var all = await SignalAsync("KILL");
        await Wait.ForAsync<object>(() => Task.FromResult<object?>(all.All(p => !Directory.Exists($"/proc/{p}")) ? this : null), "the end of the database");
    }

    public Task PauseAsync() => SignalAsync("STOP");

    public Task ResumeAsync() => SignalAsync("CONT");

    public async Task<bool> AnswersAsync()
    {
        try
        {
            return await ReadAsync("SELECT 1", r => r.GetInt32(0)) is [1];
        }
        catch (NpgsqlException)
        {
            // It is away.
            return false;
        }
    }

    public Task<IReadOnlyList<RecordedContainer>> ContainersAsync() => ReadAsync(
        """
        SELECT c.id, a.name, c.type, c.slot, c.state, c.wanted, COALESCE(c.host, ''), c.address, c.deployment_id = COALESCE(a.current_deployment_id, '')
        FROM containers c JOIN apps a ON a.id = c.app_id WHERE c.state <> 'Stopped'
        """,
        r => new RecordedContainer(
            r.GetString(0), r.GetString(1), r.GetString(2), r.GetInt32(3), r.GetString(4), r.GetBoolean(5), r.GetString(6), r.IsDBNull(7) ? null : r.GetString(7), r.GetBoolean(8)));

    /// <summary>Connections of the platform.</summary>
    public async Task<int> ConnectionsAsync() =>
        (await ReadAsync("SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'gantry'", r => r.GetInt32(0)))[0];

    public async Task<IReadOnlyList<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> row)
    {
        await using var connection = new NpgsqlConnection($"{ConnectionString};Pooling=false;Timeout=2;Command Timeout=2;Application Name=faults");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
            rows.Add(row(reader));
        return rows;
    }

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
