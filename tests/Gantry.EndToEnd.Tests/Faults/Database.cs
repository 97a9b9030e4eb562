using Gantry.EndToEnd.Tests.Faults.Checks;
using Npgsql;

namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>The PostgreSQL that keeps the records: it can be killed, paused and stopped, and is read behind everybody's back.</summary>
public abstract class Database
{
    public abstract string ConnectionString { get; }

    public abstract string Log { get; }

    public abstract Task StartAsync();

    public abstract Task StopAsync();

    /// <summary>All its processes at once: what is on the disk is what it has next time.</summary>
    public abstract Task KillAsync();

    public abstract Task PauseAsync();

    public abstract Task ResumeAsync();

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
        await using var connection = new NpgsqlConnection($"{ConnectionString};Pooling=false;GSS Encryption Mode=Disable;Timeout=2;Command Timeout=2;Application Name=faults");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
            rows.Add(row(reader));
        return rows;
    }
}
