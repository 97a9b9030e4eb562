using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Xunit;

namespace Gantry.EndToEnd.Tests.Platform;

[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class UpgradeCollection : ICollectionFixture<UpgradeCluster>
{
    public const string Name = "upgrade";
}

/// <summary>A cluster that begins with the build of the commit before this one, behind a real balancer.</summary>
public sealed class UpgradeCluster : LeaderCluster
{
    private Process? _balancer;

    public UpgradeCluster() => Program = Previous;

    public static string Previous => Environment.GetEnvironmentVariable("GANTRY_PREVIOUS_PROGRAM") ?? "/var/cache/gantry/previous/program";

    public static Uri Balancer => new($"http://{Network}.1:8000/");

    /// <summary>A host is given up as in real clusters: a restart takes seconds on a busy machine.</summary>
    protected override string Settings => "{}";

    /// <summary>From now on what is started is of this commit.</summary>
    public void TakeNewest() => Program = Newest;

    /// <summary>HAProxy before both routers, as an operator would have it: it asks the other one where a connection is refused or closed unanswered.</summary>
    public async Task BalanceAsync()
    {
        var configuration = Path.Combine(Root, "haproxy.cfg");
        await File.WriteAllTextAsync(
            configuration,
            $"""
            defaults
              mode http
              timeout connect 1s
              timeout client 30s
              timeout server 30s
              retries 3
              option redispatch 1
              retry-on conn-failure empty-response
            frontend edge
              bind {Network}.1:8000
              default_backend routers
            backend routers
              balance roundrobin
              server one {Network}.1:8080 check inter 200ms
              server two {Network}.2:8080 check inter 200ms

            """);
        _balancer = Shell.Start("haproxy", ["-db", "-f", configuration]);
    }

    /// <summary>Its agent takes connections.</summary>
    public async Task UntilAgentListensAsync(int host) => await Wait.ForAsync<object>(
        async () =>
        {
            using var client = new TcpClient();
            await client.ConnectAsync($"{Network}.{10 + host}", 7444);
            return this;
        },
        $"the agent of host {host} listens");

    /// <summary>The folder of the program that a process was started with.</summary>
    public string ProgramOfControl(int process) => ProgramOf(Path.Combine(State, $"control-{process}.pid"));

    public string ProgramOfAgent(int host) => ProgramOf(Path.Combine(State, $"{host}", "agent.pid"));

    public override async ValueTask DisposeAsync()
    {
        _balancer?.Kill();
        _balancer?.Dispose();
        await base.DisposeAsync();
    }

    private static string ProgramOf(string pidFile)
    {
        var words = File.ReadAllText($"/proc/{int.Parse(File.ReadAllText(pidFile), CultureInfo.InvariantCulture)}/cmdline").Split('\0');
        return Path.GetDirectoryName(Path.GetDirectoryName(words.Single(w => w.EndsWith("/server/gantryd.dll", StringComparison.Ordinal))))!;
    }
}
