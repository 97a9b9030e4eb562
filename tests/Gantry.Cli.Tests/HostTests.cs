using Gantry.Cli.Tests.Support;

namespace Gantry.Cli.Tests;

public sealed class HostTests
{
    private const string Host =
        """
        {"id":"box-1","name":"box","status":"ready","class":"big","zone":"","labels":{"disk":"ssd"},"cpus":2,"load":0.5,"memory_total":25769803776,
        "memory_available":12884901888,"memory_reserved":1073741824,"disk_total":1073741824,"disk_free":536870912,"containers":3,"running_containers":2,"apps":1,
        "resources":[{"name":"cpu","capacity":2000,"promisable":128000,"reserved":3000,"used":250},
        {"name":"memory","capacity":25769803776,"promisable":103079215104,"reserved":1610612736,"used":209715200}],"registered_at":"2026-11-24T00:00:00Z"}
        """;

    [Fact]
    public async Task Hosts_Piped_AreAPlainTable()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", "/admin/hosts", 200, $$"""{"hosts":[{{Host}}]}""");
        Assert.Equal(
            """
            HOST   STATE  CLASS  ZONE  CONTAINERS  CPU USED   MEMORY  PROMISABLE  RESERVED  USED
            box-1  ready  big          3           0.25 of 2  24 GiB  96 GiB      1.5 GiB   200 MiB

            """, (await cli.RunAsync("hosts")).Out);
    }

    [Fact]
    public async Task Host_Shown_HasItsResources()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", "/admin/hosts/box-1", 200, $$"""{"host":{{Host}}}""");
        var shown = (await cli.RunAsync("hosts", "show", "box-1")).Out;
        Assert.Contains("disk=ssd", shown);
        Assert.Contains("cpu       2 cores   128 cores   3 cores   0.25 cores", shown);
    }

    [Fact]
    public async Task Label_SetAndRemoved_IsSentAsOneChange()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("PATCH", "/admin/hosts/box-1", 200, $$"""{"host":{{Host}}}""");
        Assert.Equal(ExitCode.Success, (await cli.RunAsync("hosts", "label", "box-1", "disk=ssd", "gpu-", "--zone", "a")).Exit);
        Assert.Equal(
            """{"host":{"class":null,"zone":"a","labels":{"disk":"ssd","gpu":null},"cordoned":null}}""", platform.CallTo("PATCH", "/admin/hosts/box-1").Body);
        Assert.Equal(ExitCode.Usage, (await cli.RunAsync("hosts", "label", "box-1", "disk")).Exit);
        Assert.Equal(ExitCode.Usage, (await cli.RunAsync("hosts", "label", "box-1")).Exit);
    }

    [Fact]
    public async Task Cordon_OfAHost_SaysHowToUndoIt()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("PATCH", "/admin/hosts/box-1", 200, $$"""{"host":{{Host}}}""");
        Assert.Contains("gantry hosts uncordon box-1", (await cli.RunAsync("hosts", "cordon", "box-1")).Error);
        Assert.Contains("\"cordoned\":true", platform.CallTo("PATCH", "/admin/hosts/box-1").Body);
    }

    [Fact]
    public async Task Token_Made_PrintsTheCommandAloneOnItsOutput()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("POST", "/admin/hosts/tokens", 201,
            """
            {"join_token":{"id":"0a1b2c3d","token":"gjt1-aa-0a1b2c3d-bb","url":"https://10.0.0.1:7443/",
            "command":"gantryd agent --join https://10.0.0.1:7443 --token gjt1-aa-0a1b2c3d-bb","expires_at":"2026-11-28T06:00:00Z"}}
            """);
        var made = await cli.RunAsync("hosts", "token", "--minutes", "10");
        Assert.Equal("gantryd agent --join https://10.0.0.1:7443 --token gjt1-aa-0a1b2c3d-bb\n", made.Out);
        Assert.Contains("lets one machine in", made.Error);
        Assert.Equal("""{"join_token":{"lifetime":600}}""", platform.CallTo("POST", "/admin/hosts/tokens").Body);
        Assert.Contains("\"token\": \"gjt1-aa-0a1b2c3d-bb\"", (await cli.RunAsync("hosts", "token", "--format", "json")).Out);
    }

    [Fact]
    public async Task Host_Removed_SaysWhatToDoOnTheMachine()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("DELETE", "/admin/hosts/box-1", 204, "");
        Assert.Contains("gantryd stop-host", (await cli.RunAsync("hosts", "remove", "box-1")).Error);
        Assert.Equal("", platform.CallTo("DELETE", "/admin/hosts/box-1").Query);
    }

    [Fact]
    public async Task Host_RemovedByForce_SaysSoToThePlatform()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("DELETE", "/admin/hosts/box-1", 204, "");
        Assert.Equal(ExitCode.Success, (await cli.RunAsync("hosts", "remove", "box-1", "--force")).Exit);
        Assert.Equal("?force=true", platform.CallTo("DELETE", "/admin/hosts/box-1").Query);
    }

    [Fact]
    public async Task Hotspots_WithAnAlarm_ShowHeatMovesAndTheAlarm()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", "/admin/cluster/hotspots", 200,
            """
            {"hotspots":{"heat":[{"host":"box-1","resource":"cpu","capacity":2000,"used":1900,"forecast":1950,"hot":true},
            {"host":"box-1","resource":"memory","capacity":1073741824,"used":107374182,"forecast":0,"hot":false}],
            "moves":[{"container":"ct-1","from":"box-1","to":"box-2","explanation":"it relieves most"}],"alarms":["Add a host."]}}
            """);
        Assert.Equal(
            """
            HOST   RESOURCE  HEAT  USED       FORECAST    CAPACITY
            box-1  cpu       hot   1.9 cores  1.95 cores  2 cores
            box-1  memory    10 %  102 MiB    0 B         1 GiB
            CONTAINER  FROM   TO     WHY
            ct-1       box-1  box-2  it relieves most
            Alarm: Add a host.

            """, (await cli.RunAsync("hosts", "hotspots")).Out);
    }

    [Fact]
    public async Task Explain_OfALabel_AsksForItsAppAndShowsWhatHostsSay()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", "/admin/containers/web-1/placement", 200,
            """
            {"placement":{"container":"ct-1","app":"my-app","label":"web-1","state":"booting","host":null,"placed_at":null,
            "decision":"0 of 1 hosts: 1 cordoned","hosts":[{"host":"box-1","here":false,"fits":false,"explanation":"0 of 1 hosts: 1 cordoned"}]}}
            """);
        var explained = await cli.RunAsync("hosts", "explain", "web-1", "--app", "my-app");
        Assert.Equal(
            """
            Container  web-1 of my-app (ct-1)
            State      booting
            Host       none yet
            Placed     not yet
            Decision   0 of 1 hosts: 1 cordoned
            HOST   HERE  WOULD SAY NOW
            box-1  no    0 of 1 hosts: 1 cordoned

            """, explained.Out);
        Assert.Equal("?app=my-app", platform.CallTo("GET", "/admin/containers/web-1/placement").Query);
    }

    [Fact]
    public async Task Repack_DryRun_ShowsSavingMovesAndWhatStays()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", "/admin/cluster/repacking", 200,
            """
            {"repacking":{"hosts":{"before":3,"after":2},"freed":["box-3"],"saved_per_month":40,"moved_share":0.25,"estimated_seconds":90,
            "imbalance":{"before":0.5,"after":0.125},"risk":{"before":0,"after":0.001},
            "waves":[{"moves":[{"container":"ct-1","from":"box-3","to":"box-1","explanation":"it frees box-3"}],"estimated_seconds":90}],
            "kept":["box-2 keeps 1 containers"],"alarms":[]}}
            """);
        var shown = await cli.RunAsync("hosts", "repack", "--dry-run", "--objective", "balance", "--max-moved", "0.25", "--price", "40");
        Assert.Equal(
            """
            Hosts in use     3 now, 2 after
            Freed            box-3
            Saved a month    40
            Moves            1 in 1 waves, 25 % of all containers
            Time             1 min
            Imbalance        0.5 now, 0.125 after
            Overload chance  0 % now, 0.1 % after
            WAVE  CONTAINER  FROM   TO     WHY
            1     ct-1       box-3  box-1  it frees box-3
            Stays: box-2 keeps 1 containers

            """, shown.Out);
        Assert.Equal("?objective=balance&max_moved=0.25&price=40&stop_the_world=false", platform.CallTo("GET", "/admin/cluster/repacking").Query);
    }

    [Fact]
    public async Task Snapshot_OfTheCluster_IsPrintedAsItCame()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", "/admin/cluster/snapshot", 200, """{"version":1}""");
        Assert.Equal("{\"version\":1}\n", (await cli.RunAsync("hosts", "snapshot")).Out);
    }
}
