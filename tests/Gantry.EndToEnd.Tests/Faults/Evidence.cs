using Gantry.EndToEnd.Tests.Platform;

namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>Keeps what can be looked at afterwards.</summary>
public static class Evidence
{
    public static void Keep(string folder, Cluster cluster, Database database, Journal journal)
    {
        Directory.CreateDirectory(folder);
        Copy(cluster.Platform.DaemonLog, Path.Combine(folder, "gantryd.log"));
        Copy(database.Log, Path.Combine(folder, "database.log"));
        for (var host = 1; host <= Cluster.Hosts; host++)
        {
            Copy(Path.Combine(cluster.Platform.Root, "hosts", $"{host}", "agent.log"), Path.Combine(folder, $"agent-{host}.log"));
            Copy($"/run/{Cluster.Name}/{host}/supervisor.log", Path.Combine(folder, $"supervisor-{host}.log"));
        }
    }

    private static void Copy(string from, string to)
    {
        if (File.Exists(from))
            File.Copy(from, to, overwrite: true);
    }
}
