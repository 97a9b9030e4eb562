namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>Keeps what can be looked at afterwards.</summary>
public static class Evidence
{
    public static void Keep(string folder, FaultTarget target, Database database)
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
    }

    private static void Copy(string from, string to)
    {
        if (File.Exists(from))
            File.Copy(from, to, overwrite: true);
    }
}
