using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Gantry.Agent.Logs;
using Gantry.Agent.Metrics;
using Gantry.Agent.Remote;
using Gantry.Agent.Runtime;
using Gantry.Agent.Tests.Support;
using Gantry.Conformance.Runtime;
using Gantry.Coordination;
using Gantry.Domain;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Agent.Tests.Remote;

/// <summary>What there is beside the runtime on another host.</summary>
[Collection(RemoteCollection.Name)]
public sealed class RemoteHostTests(RemoteTestHost host)
{
    private static CancellationToken Token => RuntimeHost.Token;

    [Fact]
    public async Task Keep_RemovesWhatIsNotNamed_AndTellsWhatIsLeft()
    {
        var (kept, moved) = (host.Spec("sleep 60"), host.Spec("sleep 60"));
        await host.Runtime.StartAsync(kept, Token);
        await host.Runtime.StartAsync(moved, Token);

        var left = await host.Remote.KeepAsync([kept.Id, new ContainerId("c-nowhere")], Token);

        Assert.Equal([kept.Id], left.Select(s => s.Id));
        Assert.Equal([kept.Id], (await host.Runtime.ListAsync(Token)).Select(s => s.Id));
        await host.Runtime.RemoveAsync(kept.Id, Token);
    }

    /// <summary>Not known to the paused leader itself: its own term goes on, as far as it knows.</summary>
    [Fact]
    public async Task Calls_OfALeaderWhoIsNoneAnyMore_ChangeNothing_AndThoseOfUsersDo()
    {
        using var stale = new Term(1, CancellationToken.None);
        using var newest = new Term(2, CancellationToken.None);
        var spec = host.Spec("sleep 60");
        await InAsync(stale, () => host.Runtime.StartAsync(spec, Token));
        await InAsync(newest, () => host.Runtime.ListAsync(Token));

        var refused = await Assert.ThrowsAsync<RuntimeException>(() => InAsync(stale, () => host.Remote.KeepAsync([], Token)));
        await Assert.ThrowsAsync<RuntimeException>(() => InAsync(stale, () => host.Runtime.StartAsync(host.Spec("sleep 60"), Token)));

        Assert.Contains("the term 2 leads now", refused.Message);
        Assert.Equal([spec.Id], (await host.Runtime.ListAsync(Token)).Select(s => s.Id));
        await host.Runtime.SignalAsync(spec.Id, 15, Token);
        await InAsync(newest, () => host.Remote.KeepAsync([], Token));
        Assert.Empty(await host.Runtime.ListAsync(Token));
    }

    private static async Task<T> InAsync<T>(Term term, Func<Task<T>> work)
    {
        term.Enter();
        return await work();
    }

    [Fact]
    public async Task Watch_OfAQuietHost_BeatsAndTellsWhichBootItIs()
    {
        await using var reports = host.Remote.WatchAsync(TimeSpan.FromMilliseconds(50), Token).GetAsyncEnumerator(Token);
        var seen = new List<HostReport>();
        while (seen.Count < 4 && await reports.MoveNextAsync())
            seen.Add(reports.Current);

        Assert.Equal([true, false, false, false], seen.Select(r => r.IsWhole));
        Assert.All(seen, r => Assert.Equal(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(), r.BootId));
        Assert.True(seen[3].Uptime - seen[0].Uptime >= TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task Levels_AreThoseThatTheHostReads()
    {
        var near = await host.Services.GetRequiredService<IHostLevels>().ReadAsync(Token);
        var far = await host.Remote.MeasureAsync(Token);

        Assert.Equal((near.MemoryTotal, near.DiskTotal), (far.MemoryTotal, far.DiskTotal));
        Assert.InRange(far.MemoryAvailable, 1, far.MemoryTotal);
        Assert.InRange(far.DiskFree, 1, far.DiskTotal);
        Assert.InRange(far.Load, 0.001, 1000);
    }

    [Fact]
    public async Task Calls_ToAHostThatIsAway_AreTransientFailuresThatNameIt()
    {
        await host.StopAgentAsync();
        try
        {
            var away = await Assert.ThrowsAsync<RuntimeException>(() => host.Runtime.ListAsync(Token));
            Assert.True(away.IsTransient);
            Assert.Contains("does not answer", away.Message);
        }
        finally
        {
            await host.StartAgentAsync();
        }

        await Until.TrueAsync(async () => await AnswersAsync(), "The host never answered again.");
    }

    [Fact]
    public async Task Calls_UnderWay_EndTogetherWhenTheHostIsGivenUp_AndLaterOnesAreMadeAsBefore()
    {
        // It takes connections and says nothing.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var silent = new RemoteHosts().Open(listener.LocalEndpoint.ToString()!, new SocketsHttpHandler());
        for (var round = 0; round < 2; round++)
        {
            var calls = Enumerable.Range(0, 3).Select(i => silent.Runtime.LimitBandwidthAsync(new ContainerId($"ct-{i}"), 1, Token)).ToList();
            using var connection = await listener.AcceptTcpClientAsync(Token);
            Assert.All(calls, c => Assert.False(c.IsCompleted));
            silent.GiveUp();
            foreach (var call in calls)
                Assert.True((await Assert.ThrowsAsync<RuntimeException>(() => call.WaitAsync(Until.Limit, Token))).IsTransient);
        }
    }

    [Fact]
    public async Task Layer_ThatIsMissing_IsPutAndUnpacked_AndAFalseOneIsNot()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        var layer = await TinyStack.LayerAsync(folder, "another");
        var digest = Digest.FromSha256(SHA256.HashData(layer));
        var image = new ImageLayers(host.Stack, digest);
        var spec = host.Spec("cat /app/greeting") with { Layer = digest };
        Assert.Equal([digest], await host.Remote.Layers.MissingAsync(image, Token));
        await RefusesAsync();

        var damaged = await Assert.ThrowsAsync<RuntimeException>(() => host.Remote.Layers.PutAsync(digest, new MemoryStream("something else"u8.ToArray()), Token));
        Assert.Equal([digest], await host.Remote.Layers.MissingAsync(image, Token));
        await host.Remote.Layers.PutAsync(digest, new MemoryStream(layer), Token);
        // It is not unpacked by the start: that could take longer than the call may last, and would leave the blob there.
        await RefusesAsync();
        await host.Remote.Layers.PrepareAsync(image, Token);

        Assert.Contains("damaged on its way", damaged.Message);
        Assert.Empty(await host.Remote.Layers.MissingAsync(image, Token));
        Assert.False(await host.Blobs.ExistsAsync(digest, Token));
        Assert.Equal("another\n", (await host.RunAsync(spec)).Output);
        Directory.Delete(folder, recursive: true);

        async Task RefusesAsync() => Assert.False((await Assert.ThrowsAsync<RuntimeException>(() => host.Runtime.StartAsync(spec, Token))).IsTransient);
    }

    [Fact]
    public async Task Log_TailAndFollow_AreThoseOfTheHost()
    {
        var app = new AppId("ap-far");
        var log = host.Services.GetRequiredService<IAppLog>();
        var spec = host.Spec("i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done; sleep 60") with { Log = new LogSource(app, "web-1") };
        var start = await host.Remote.Log.EndAsync(app, LogFilter.All, Token);
        await host.Runtime.StartAsync(spec, Token);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var followed = new List<string>();
        await foreach (var line in host.Remote.Log.FollowAsync(app, LogFilter.Parse("web"), start, stop.Token))
        {
            followed.Add(line.Text);
            if (followed.Count == 2000)
                break;
        }

        Assert.Equal(Enumerable.Range(0, 2000).Select(i => $"line {i}"), followed);
        Assert.Equal(await log.TailAsync(app, LogFilter.All, 900, Token), await host.Remote.Log.TailAsync(app, LogFilter.All, 900, Token));
        Assert.Empty(await host.Remote.Log.TailAsync(app, LogFilter.Parse("worker"), 10, Token));
        await host.Runtime.RemoveAsync(spec.Id, Token);
        var writer = host.Services.GetRequiredService<PlatformLog>();
        await writer.StartAsync(Token);
        await host.Remote.Log.RemoveAsync(app, Token);
        Assert.Empty(await log.TailAsync(app, LogFilter.All, 10, Token));
        await writer.StopAsync(Token);
    }

    [Fact]
    public async Task Meet_RoutesToNeighboursAndLetsRoutersIn_AndForgetsThemLater()
    {
        // The kernel takes a route only through a neighbour: a network of the test's own.
        const string gateway = "198.18.200.2";
        var link = $"{host.Name}n";
        await Shell.RunAsync($"ip link add {link} type veth peer name {link}p && ip addr add 198.18.200.1/24 dev {link} && ip link set {link} up");
        var before = await RoutesAsync();

        await host.Remote.MeetAsync([new HostNeighbour("198.18.96.0/20", gateway)], ["198.18.1.9"], null, Token);
        var (routes, set, subnets) = (await RoutesAsync(), await SetAsync("routers"), await SetAsync("subnets"));
        await Shell.RunAsync($"ip route del 198.18.96.0/20 && ip route add 198.18.112.0/20 via {gateway} proto 201");
        await host.Remote.MeetAsync([new HostNeighbour("198.18.96.0/20", gateway)], ["198.18.1.9"], null, Token);
        var again = await RoutesAsync();
        await host.Remote.MeetAsync([], [], null, Token);
        var left = await RoutesAsync();

        Assert.Contains("198.18.96.0/20", again);
        // Another Gantry on this machine made that one.
        Assert.Contains("198.18.112.0/20", left);
        await Shell.RunAsync("ip route del 198.18.112.0/20 proto 201");
        Assert.Contains("198.18.96.0/20", routes);
        Assert.Contains("198.18.1.9", set);
        Assert.Contains("198.18.96.0/20", subnets);
        Assert.Equal(before, await RoutesAsync());
        Assert.DoesNotContain("198.18", await SetAsync("routers") + await SetAsync("subnets"));
        await Assert.ThrowsAsync<RuntimeException>(() => host.Remote.MeetAsync([new HostNeighbour("0.0.0.0/0; reboot", gateway)], [], null, Token));
        await Shell.RunAsync($"ip link del {link}");
    }

    private Task<string> SetAsync(string name) => Shell.RunAsync($"nft list set inet {host.Name} {name}");

    private static Task<string> RoutesAsync() => Shell.RunAsync("ip -4 route show proto 201");

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await host.Runtime.ListAsync(Token);
            return true;
        }
        catch (RuntimeException)
        {
            return false;
        }
    }
}
