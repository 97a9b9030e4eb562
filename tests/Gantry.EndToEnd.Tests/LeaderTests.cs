using System.Net;
using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

/// <summary>Two control processes, one of which leads: what becomes of apps and changes when the leader is killed, paused or restarted.</summary>
[Collection(LeaderCollection.Name)]
public sealed class LeaderTests(LeaderCluster cluster)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Standby_DoesAllThatUsersAskFor()
    {
        var leader = await cluster.LeaderAsync();
        var standby = Other(leader);

        var app = await cluster.DeployAsync(standby, "standby");

        Assert.Equal(leader, await cluster.LeaderAsync());
        (await cluster.CliAsync(standby, "scale", "--app", app, "web:2")).ExpectSuccess();
        foreach (var process in (int[])[leader, standby])
            await cluster.UntilServedAsync(process, app, "web-1", "web-2");
        var run = await cluster.CliAsync(standby, "run", "--app", app, "--silent", "echo from $CONTAINER; exit 7");
        Assert.Equal(7, run.ExitCode);
        Assert.Contains("from one-off-", run.Output, StringComparison.Ordinal);
        await Wait.ForAsync<object>(
            async () => (await cluster.CliAsync(standby, "logs", "--app", app, "-n", "100")).ExpectSuccess().Output is var log
                && log.Contains("web-1 got /", StringComparison.Ordinal) && log.Contains("web-2 got /", StringComparison.Ordinal) ? log : null,
            "lines of both hosts in the log that the standby shows");
        await cluster.DestroyAsync(standby, app);
    }

    [Fact]
    public async Task Leader_ThatIsKilled_IsFollowedByTheOther_AndNoRequestThroughThatOneFails()
    {
        var leader = await cluster.LeaderAsync();
        var other = Other(leader);
        var app = await cluster.DeployAsync(leader, "killed");
        (await cluster.CliAsync(leader, "scale", "--app", app, "web:2")).ExpectSuccess();
        await cluster.UntilServedAsync(other, app, "web-1", "web-2");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var load = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Asked.UntilAsync(() => cluster.GetAsync(other, app), stop.Token)));

        var known = cluster.ProcessLog(other).Length;
        (await cluster.RunAsync("kill-control", $"{leader}")).ExpectSuccess();
        var killed = DateTime.UtcNow;
        await cluster.UntilLeadsAsync(other);
        var leads = DateTime.UtcNow - killed;
        (await cluster.CliAsync(other, "scale", "--app", app, "web:3")).ExpectSuccess();
        await cluster.UntilServedAsync(other, app, "web-1", "web-2", "web-3");
        var served = DateTime.UtcNow - killed;
        await stop.CancelAsync();
        var all = await load;
        var failed = all.SelectMany(a => a.Failed).ToList();
        TestContext.Current.SendDiagnosticMessage(
            $"another led after {leads.TotalSeconds:0.0} s, a scale asked of it was served after {served.TotalSeconds:0.0} s; {all.Sum(a => a.Answered)} requests answered, {failed.Count} failed");

        Assert.InRange(leads, TimeSpan.Zero, LeaderCluster.LeaseTtl + TimeSpan.FromSeconds(3));
        Assert.True(failed.Count == 0, string.Join("; ", failed));
        Assert.DoesNotContain("is Lost", cluster.ProcessLog(other)[known..], StringComparison.Ordinal);
        (await cluster.RunAsync("start-control", $"{leader}")).ExpectSuccess();
        await cluster.UntilAnswersAsync(leader);
        await cluster.UntilServedAsync(leader, app, "web-1", "web-2", "web-3");
        Assert.Equal(other, await cluster.LeaderAsync());
        await cluster.DestroyAsync(leader, app);
    }

    [Fact]
    public async Task Leader_ThatWasPausedPastItsLease_WritesNothingAndStandsBy()
    {
        var paused = await cluster.LeaderAsync();
        var other = Other(paused);
        var app = await cluster.DeployAsync(other, "paused");
        var term = await TermAsync();

        // In the middle of its work: what it has begun must not be finished by two.
        var scale = cluster.CliAsync(other, "scale", "--app", app, "web:4");
        await Wait.ForAsync<object>(async () => await ContainersAsync(app) is "4" ? app : null, "the leader has begun to scale");
        (await cluster.RunAsync("pause-control", $"{paused}")).ExpectSuccess();
        await cluster.UntilLeadsAsync(other);
        (await scale).ExpectSuccess();
        await cluster.UntilServedAsync(other, app, "web-1", "web-2", "web-3", "web-4");
        var newTerm = await TermAsync();
        var (records, removed) = (await RecordsAsync(app), await RemovedAsync());

        (await cluster.RunAsync("resume-control", $"{paused}")).ExpectSuccess();
        await Wait.ForAsync<object>(() => Task.FromResult<object?>(
            cluster.ProcessLog(paused).Contains($"the term {term} is over", StringComparison.Ordinal) ? app : null), "the stale leader knows that it leads no more");
        await cluster.UntilServedAsync(paused, app, "web-1", "web-2", "web-3", "web-4");

        Assert.Equal(other, await cluster.LeaderAsync());
        Assert.Equal((newTerm, records, removed), (await TermAsync(), await RecordsAsync(app), await RemovedAsync()));
        await cluster.DestroyAsync(paused, app);
    }

    [Fact]
    public async Task Processes_ThatAreRestartedAtOnce_HaveOneLeaderBetweenThem()
    {
        var app = await cluster.DeployAsync(1, "both");
        for (var round = 1; round <= 3; round++)
        {
            var term = await TermAsync();
            for (var n = 1; n <= LeaderCluster.Processes; n++)
                (await cluster.RunAsync("kill-control", $"{n}")).ExpectSuccess();
            for (var n = 1; n <= LeaderCluster.Processes; n++)
                (await cluster.RunAsync("start-control", $"{n}")).ExpectSuccess();
            await cluster.UntilAnswersAsync(1);
            await cluster.UntilAnswersAsync(2);

            var leader = await cluster.LeaderAsync();
            (await cluster.CliAsync(Other(leader), "scale", "--app", app, $"web:{round + 1}")).ExpectSuccess();
            await cluster.UntilServedAsync(Other(leader), app, [.. Enumerable.Range(1, round + 1).Select(i => $"web-{i}")]);

            Assert.Equal(leader, await cluster.LeaderAsync());
            Assert.True(long.Parse(await TermAsync(), null) > long.Parse(term, null));
        }

        await cluster.DestroyAsync(1, app);
    }

    /// <summary>Its router has the records then, and nothing else, to know that what it uses was replaced.</summary>
    [Fact]
    public async Task Restart_OfWhichTheStandbyHearsNothing_IsShownByItsRouterToo_AndNoRequestFails()
    {
        await using var nats = new Relay(IPEndPoint.Parse(cluster.Nats));
        await cluster.StartAgainAsync(2, nats: nats.Address);
        await cluster.UntilLeadsAsync(1);
        try
        {
            var app = await cluster.DeployAsync(1, "unheard");
            await cluster.UntilServedAsync(2, app, "web-1");
            nats.Cut();
            await RestartThriceAsync(app);
            await cluster.DestroyAsync(1, app);
        }
        finally
        {
            nats.Mend();
            await cluster.StartAgainAsync(2);
        }
    }

    /// <summary>It would keep the lease, so that nobody did what users ask the other one for.</summary>
    [Fact]
    public async Task Leader_ThatAloneIsCutOffFromTheRecords_MakesRoomForTheOther_AndNoRequestFails()
    {
        await using var records = new Relay(IPEndPoint.Parse(cluster.Records));
        await cluster.StartAgainAsync(1, records: records.Address);
        await cluster.StartAgainAsync(2);
        try
        {
            await cluster.UntilLeadsAsync(1);
            var app = await cluster.DeployAsync(2, "unrecorded");
            await cluster.UntilServedAsync(1, app, "web-1");
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
            var load = Task.WhenAll(Enumerable.Range(1, LeaderCluster.Processes).Select(p => Asked.UntilAsync(() => cluster.GetAsync(p, app), stop.Token)));

            records.Cut();
            await cluster.UntilLeadsAsync(2);
            (await cluster.CliAsync(2, "scale", "--app", app, "web:2")).ExpectSuccess();
            await cluster.UntilServedAsync(2, app, "web-1", "web-2");
            records.Mend();
            await cluster.UntilServedAsync(1, app, "web-1", "web-2");

            await stop.CancelAsync();
            var failed = (await load).SelectMany(a => a.Failed).ToList();
            Assert.True(failed.Count == 0, string.Join("; ", failed));
            Assert.Equal(2, await cluster.LeaderAsync());
            await cluster.DestroyAsync(1, app);
        }
        finally
        {
            records.Mend();
            await cluster.StartAgainAsync(1);
        }
    }

    private async Task RestartThriceAsync(string app)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var load = Task.WhenAll(Enumerable.Range(1, LeaderCluster.Processes).Select(p => Asked.UntilAsync(() => cluster.GetAsync(p, app), stop.Token)));
        for (var round = 0; round < 3; round++)
        {
            var before = await cluster.RunOfAsync(2, app);
            (await cluster.CliAsync(1, "restart", "--app", app)).ExpectSuccess();
            string[] after = [await cluster.RunOfAsync(1, app), await cluster.RunOfAsync(2, app)];

            Assert.DoesNotContain(before, after);
            Assert.Equal(after[0], after[1]);
        }

        await Wait.ForAsync<object>(async () => await ContainersAsync(app) is "1" ? app : null, "the end of what was replaced");
        await stop.CancelAsync();
        var failed = (await load).SelectMany(a => a.Failed).ToList();
        Assert.True(failed.Count == 0, string.Join("; ", failed));
    }

    private static int Other(int process) => LeaderCluster.Processes + 1 - process;

    private Task<string> TermAsync() => cluster.QueryAsync("SELECT number FROM leader_terms");

    private Task<string> ContainersAsync(string app) =>
        cluster.QueryAsync($"SELECT count(*) FROM containers c JOIN apps a ON a.id = c.app_id WHERE a.name = '{app}' AND c.type = 'web' AND c.state <> 'Stopped'");

    /// <summary>All that a leader decides about an app.</summary>
    private Task<string> RecordsAsync(string app) => cluster.QueryAsync(
        $"SELECT 'a', a::text FROM apps a WHERE name = '{app}' UNION ALL SELECT 'c', c::text FROM containers c UNION ALL SELECT 'd', d::text FROM deployments d "
        + "UNION ALL SELECT 'o', o::text FROM operations o UNION ALL SELECT 'e', e::text FROM events e ORDER BY 1, 2");

    /// <summary>What hosts were told to remove beside what ended in order.</summary>
    private Task<int> RemovedAsync() => Task.FromResult(
        Enumerable.Range(1, 2).Sum(h => cluster.AgentLog(h).Split('\n').Count(l => l.Contains("it is not wanted on this host any more", StringComparison.Ordinal))));
}
