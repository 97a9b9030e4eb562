using CsCheck;
using Gantry.Scheduling.Hotspots;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Hotspots;

/// <summary>Limits raised where a container runs (Sandpiper: before anything is migrated).</summary>
public sealed class ResizeTests
{
    private static ProfileSnapshot Flat(double value) => new([.. Enumerable.Repeat((float)value, 30)]);

    /// <summary>At most 256 MB, all of them in use, and it may get up to 512.</summary>
    private static ContainerSnapshot Pinned(string id, string host, long most = 512) => Container(id, "app-" + id, host, 500, 256) with
    {
        Profiles = [Flat(100), Flat(255.0 * MB)], MaxLimits = [500, most * MB],
    };

    private static ClusterSnapshot Cluster(HostSnapshot[] hosts, params ContainerSnapshot[] containers) => Of(hosts) with
    {
        Now = DateTimeOffset.UnixEpoch.AddDays(1), Containers = containers,
    };

    private static Plan Plan(ClusterSnapshot snapshot) => Sandpiper.Plan(snapshot).Value;

    [Fact]
    public void Pinned_OnAHostWithRoom_GetsATenthMore_AndStays()
    {
        var plan = Plan(Cluster([Host("h1"), Host("h2")], Pinned("a", "h1")));
        var resize = Assert.Single(plan.Resizes);
        // Its need is hidden by the limit: it is taken to want 1.1 x 256 MB.
        Assert.Equal(("a", "h1", "memory", 256 * MB, (long)Math.Ceiling(1.1 * 256 * MB)), (resize.ContainerId, resize.Host, resize.Resource, resize.From, resize.To));
        Assert.Equal("a is held back by its limit of memory, and h1 has room for more", resize.Explanation);
        Assert.Empty(plan.Waves);
        Assert.False(plan.IsEmpty);
    }

    [Fact]
    public void Pinned_NearTheHighestItMayHave_GetsThat() => Assert.Equal(260 * MB, Assert.Single(Plan(Cluster([Host("h1")], Pinned("a", "h1", 260))).Resizes).To);

    [Fact]
    public void Pinned_AtTheHighestItMayHave_StaysAsItIs() => Assert.True(Plan(Cluster([Host("h1")], Pinned("a", "h1", 256))).IsEmpty);

    [Fact]
    public void Pinned_WithoutHighestLimits_StaysAsItWasBought() => Assert.True(Plan(Cluster([Host("h1")], Pinned("a", "h1") with { MaxLimits = [] })).IsEmpty);

    [Fact]
    public void WaitingForMemory_GetsMore_ThoughItUsesLess()
    {
        var waiting = Pinned("a", "h1") with { Profiles = [Flat(100), Flat(200.0 * MB) with { Pressure = 0.2 }] };
        Assert.Equal("memory", Assert.Single(Plan(Cluster([Host("h1")], waiting)).Resizes).Resource);
        Assert.Empty(Plan(Cluster([Host("h1")], waiting with { Profiles = [Flat(100), Flat(200.0 * MB)] })).Resizes);
    }

    [Fact]
    public void Late_ItsProcessorIsRaised_ByItsArrivals()
    {
        // It can answer 50 requests a second within its time, and 100 arrive at the peak: it wants twice the 400 it uses.
        var late = Container("a", "app-a", "h1", 500, 256) with
        {
            Profiles = [Flat(400), Flat(64.0 * MB)], MaxLimits = [1000, 256 * MB], Requests = new RequestProfile(80, 100, 0.02, 2, 1, 0, 0),
        };
        var resize = Assert.Single(Plan(Cluster([Host("h1")], late)).Resizes);
        Assert.Equal(("cpu", 500L, 800L), (resize.Resource, resize.From, resize.To));
    }

    [Fact]
    public void Host_ThatMayPromiseNoMore_ResizesNothing()
    {
        var full = Cluster([Host("h1", memory: 512)], Pinned("a", "h1"), Container("b", "app-b", "h1", 500, 256) with { Profiles = [Flat(10), Flat(10.0 * MB)] });
        Assert.Empty(Plan(full).Resizes);
        Assert.Single(Plan(full with { Hosts = [Host("h1", memory: 640)] }).Resizes);
    }

    [Fact]
    public void TwoPinned_WithRoomForOne_OneIsRaised()
    {
        // 512 of 540 MB are promised, and each wants 26 more.
        var plan = Plan(Cluster([Host("h1", memory: 540), Host("h2", memory: 540)], Pinned("a", "h1"), Pinned("b", "h1")) with { Policy = new ClusterPolicy { Hotspots = new HotspotPolicy { Threshold = 5 } } });
        Assert.Equal("a", Assert.Single(plan.Resizes).ContainerId);
    }

    [Fact]
    public void HotHost_IsRelievedByMoves_AndResizesNothing()
    {
        var hot = Cluster(
            [Host("h1"), Host("h2")], Pinned("a", "h1"),
            Container("b", "app-b", "h1", 2000, 256) with { Profiles = [Flat(2000), Flat(64.0 * MB)] }, Container("c", "app-c", "h1", 2000, 256) with { Profiles = [Flat(1900), Flat(64.0 * MB)] });
        var plan = Plan(hot with { Policy = new ClusterPolicy { Overcommit = [new Overcommit("", "cpu", 4)] } });
        Assert.Empty(plan.Resizes);
        Assert.NotEmpty(plan.Waves);
    }

    [Theory]
    [InlineData(HostState.Draining)]
    [InlineData(HostState.Down)]
    public void Host_ThatIsToBeEmptied_ResizesNothing(HostState state) => Assert.Empty(Plan(Cluster([Host("h1") with { State = state }, Host("h2")], Pinned("a", "h1"))).Resizes);

    [Fact]
    public void HighestLimits_BelowTheLimitsOrTooFew_AreRefused()
    {
        var refused = Sandpiper.Plan(Cluster([Host("h1")], Pinned("a", "h1", 255)));
        Assert.Equal("Container a has a limit above the highest it may have. Give the limit itself where it may not be raised.", refused.Refusal!.Message);
        refused = Sandpiper.Plan(Cluster([Host("h1")], Pinned("a", "h1") with { MaxLimits = [500] }));
        Assert.Equal("Container a's highest limits has 1 numbers for 2 resources. Give one for each.", refused.Refusal!.Message);
    }

    [Fact]
    public void AnyCluster_Resized_PromisesNoMoreThanItMay_AndWantsNothingMoreOnceItIsUsedLess() => Gen.Select(
        Gen.Select(Gen.Int[1, 4], Gen.Int[0, 2], Gen.Bool).Array[1, 12], Gen.Int[1, 3]).Sample((sizes, hosts) =>
    {
        var snapshot = Cluster(
            [.. Enumerable.Range(0, hosts).Select(h => Host($"h{h}", 64_000, 2048))],
            [.. sizes.Select((s, i) => Container($"c{i}", $"a{i}", $"h{s.Item2 % hosts}", 100, s.Item1 * 64) with
            {
                Profiles = [Flat(10), Flat(s.Item3 ? s.Item1 * 64.0 * MB : 1.0 * MB)], MaxLimits = [100, 1024 * MB],
            })]);
        var resizes = Plan(snapshot).Resizes;
        var after = snapshot with
        {
            Containers = [.. snapshot.Containers.Select(c => resizes.FirstOrDefault(r => r.ContainerId == c.Id) is { } r ? c with { Limits = [100, r.To] } : c)],
        };
        foreach (var host in after.Hosts)
        {
            var (before, now) = (Promised(snapshot, host), Promised(after, host));
            Assert.True(now == before || now <= host.Capacity[1]);
        }

        Assert.All(resizes, r => Assert.True(r.From < r.To && snapshot.Containers.Single(c => c.Id == r.ContainerId).Profiles[1]!.Window[0] >= 0.98f * r.From));
        // What uses a tenth less than its limit is not held back any more.
        var settled = after with { Containers = [.. after.Containers.Select(c => c with { Profiles = [Flat(10), Flat(0.9 * c.Limits[1])] })] };
        Assert.Empty(Plan(settled).Resizes);
    }, iter: 500);

    private static long Promised(ClusterSnapshot snapshot, HostSnapshot host) => snapshot.Containers.Where(c => c.Host == host.Id).Sum(c => c.Limits[1]);
}
