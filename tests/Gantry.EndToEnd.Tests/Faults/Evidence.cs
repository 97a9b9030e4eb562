using Npgsql;

namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>Keeps what can be looked at afterwards.</summary>
public static class Evidence
{
    public static async Task KeepAsync(string folder, FaultTarget target, Database database)
    {
        Directory.CreateDirectory(folder);
        for (var process = 1; process <= target.Processes; process++)
            Copy(target.LogOf(process), Path.Combine(folder, $"gantryd-{process}.log"));
        Copy(database.Log, Path.Combine(folder, "database.log"));
        for (var host = 1; host <= target.Hosts; host++)
        {
            Copy(Path.Combine(target.FolderOf(host), "agent.log"), Path.Combine(folder, $"agent-{host}.log"));
            Copy($"/run/{target.Name}/{host}/supervisor.log", Path.Combine(folder, $"supervisor-{host}.log"));
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "records.txt"), await RecordsAsync(database));
    }

    private static async Task<string> RecordsAsync(Database database)
    {
        const string Sql =
            """
            SELECT 'operation ' || row_to_json(o) FROM operations o UNION ALL
            SELECT 'container ' || row_to_json(c) FROM (SELECT c.*, a.name AS app FROM containers c JOIN apps a ON a.id = c.app_id ORDER BY c.created_at) c
            """;
        try
        {
            return string.Join('\n', await database.ReadAsync(Sql, r => r.GetString(0)));
        }
        catch (NpgsqlException e)
        {
            return $"The database is away: {e.Message}";
        }
    }

    private static void Copy(string from, string to)
    {
        if (File.Exists(from))
            File.Copy(from, to, overwrite: true);
    }
}
