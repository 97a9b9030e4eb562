using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

/// <summary>Gantry itself is upgraded while it serves, one process after another.</summary>
[Collection(UpgradeCollection.Name)]
public sealed class UpgradeTests(UpgradeCluster cluster)
{
    [Fact]
    public async Task Cluster_UpgradedOneProcessAfterAnother_FailsNoRequestAndRestartsNoContainer()
    {
        await cluster.BalanceAsync();
        var app = await cluster.DeployAsync(1, "upgraded");
        (await cluster.CliAsync(1, "scale", "--app", app, "web:2")).ExpectSuccess();
        foreach (var process in (int[])[1, 2])
            await cluster.UntilServedAsync(process, app, "web-1", "web-2");
        var containers = await ContainersAsync(app);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var load = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Asked.UntilAsync(() => cluster.GetAsync(UpgradeCluster.Balancer, app), stop.Token)));

        cluster.TakeNewest();
        for (var host = 1; host <= LeaderCluster.Hosts; host++)
            await UpgradeHostAsync(host);
        var leader = await cluster.LeaderAsync();
        foreach (var process in (int[])[LeaderCluster.Processes + 1 - leader, leader])
            await UpgradeControlAsync(process);

        // Still under requests: the upgraded cluster does what it is asked for.
        (await cluster.CliAsync(leader, "scale", "--app", app, "web:3")).ExpectSuccess();
        foreach (var process in (int[])[1, 2])
            await cluster.UntilServedAsync(process, app, "web-1", "web-2", "web-3");
        await stop.CancelAsync();
        var all = await load;

        var failed = all.SelectMany(a => a.Failed).ToList();
        TestContext.Current.SendDiagnosticMessage($"{all.Sum(a => a.Answered)} requests answered, {failed.Count} failed");
        Assert.True(failed.Count == 0, $"{failed.Count} of {all.Sum(a => a.Answered)}: {string.Join("; ", failed.Take(10))}");
        Assert.True(all.All(a => a.Answered > 0));
        Assert.Subset((await ContainersAsync(app)).Split('\n').ToHashSet(), containers.Split('\n').ToHashSet());
        await cluster.DestroyAsync(1, app);
    }

    private async Task UpgradeHostAsync(int host)
    {
        Assert.Equal(UpgradeCluster.Previous, cluster.ProgramOfAgent(host));
        (await cluster.RunAsync("stop-agent", $"{host}")).ExpectSuccess();
        (await cluster.RunAsync("start-agent", $"{host}")).ExpectSuccess();
        await cluster.UntilAgentListensAsync(host);
        await cluster.UntilHostsAreReadyAsync(1);
        await Wait.ForAsync<object>(() => Task.FromResult<object?>(cluster.ProgramOfAgent(host) == LeaderCluster.Newest ? this : null), $"host {host} runs this build");
    }

    private async Task UpgradeControlAsync(int process)
    {
        Assert.Equal(UpgradeCluster.Previous, cluster.ProgramOfControl(process));
        (await cluster.RunAsync("stop-control", $"{process}")).ExpectSuccess();
        (await cluster.RunAsync("start-control", $"{process}")).ExpectSuccess();
        await cluster.UntilAnswersAsync(process);
        await cluster.UntilHostsAreReadyAsync(process);
        Assert.Equal(LeaderCluster.Newest, cluster.ProgramOfControl(process));
    }

    private Task<string> ContainersAsync(string app) =>
        cluster.QueryAsync($"SELECT c.id FROM containers c JOIN apps a ON a.id = c.app_id WHERE a.name = '{app}' AND c.type = 'web' AND c.state = 'Running' ORDER BY 1");
}
