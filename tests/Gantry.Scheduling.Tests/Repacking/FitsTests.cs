using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Repacking;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>Whether something fits, asked of the search and of those who know nothing of it: both have to refuse, and both have to allow. A search that
/// refuses too much breaks no rule, it only leaves hosts half empty.</summary>
public sealed class FitsTests
{
    [Fact]
    public void Fits_AnyContainerAndHost_IsTheCheckersAnswer() => Gen.Select(RepackClusters.Any, RepackClusters.Options).Sample((snapshot, options) =>
    {
        options = options with { StopTheWorld = true, MaxMovedShare = 1 };
        snapshot = EvenClusters.Of(snapshot with { Containers = [.. snapshot.Containers.Select(c => c with { Movable = true })] }).Canonical();
        var model = new RepackModel(snapshot, options);
        var state = new RepackState(model, model.Origin);
        for (var c = 0; c < model.Origin.Length; c++)
            for (var h = 0; h < model.Hosts.Length; h++)
            {
                if (model.Origin[c] == h) continue;
                MoveWave[] one = [new([new Move(snapshot.Containers[c].Id, snapshot.Containers[c].Host, model.Hosts[h].Id, "")], 0)];
                var broken = RepackChecker.Violations(snapshot, options, one).Concat(PlainRepack.TooRisky(snapshot, options, one)).ToList();
                var why = state.WhyNot(model.KindAt(c), h);
                Assert.True(broken.Count == 0 == why is null, $"the search says '{why}', the checker '{string.Join("; ", broken)}'");
                if (why is not null && NameOf(why) is not "load") Assert.Contains(broken, b => b.Contains(NameOf(why), StringComparison.Ordinal));
            }
    }, iter: 1000);

    /// <summary>What the checker calls what the search says.</summary>
    private static string NameOf(string why) => why.Split(' ') switch
    {
        ["cordoned" or "draining" or "down"] => "not ready",
        ["dedicated", ..] => "dedicated",
        ["not", "of", "class", ..] => "class",
        ["not", "in", "zone", ..] => "zone",
        ["lack", "label", ..] => "label",
        ["do", "not", "hold", "volume", ..] => "volume",
        ["already", "run", ..] => "own",
        ["hold", "apps", ..] => "interference",
        // Of the three rules for load each names the one it looks at first.
        ["lack" or "would", ..] => "load",
        _ => why,
    };

    /// <summary>Moves and swaps of relief by the filters of placement: allowed exactly where a request of the same kind would be.</summary>
    [Fact]
    public void Allows_AnyMoveOrSwap_IsThePlainAnswer() => Gen.Select(HotClusters.Any, Gen.ULong).Sample((snapshot, seed) =>
    {
        var d = new Draw(seed);
        snapshot = (snapshot with { Policy = snapshot.Policy with { Predictor = "limits" } }).Canonical();
        var rules = new MoveRules(snapshot);
        for (var step = 0; step < 8; step++)
        {
            var (container, host) = (d.Pick([.. snapshot.Containers]), d.Pick([.. snapshot.Hosts]));
            if (container.Host == host.Id || snapshot.Hosts.All(h => h.Id != container.Host)) continue;
            var leaving = d.Some(snapshot.Containers.Where(c => c.Host == host.Id)).Take(2).ToArray();
            var plain = new PlainPlacement(snapshot with { Containers = [.. snapshot.Containers.Except([container, .. leaving])] });
            var request = new PlacementRequest("r", container.App, 1, container.Limits) { Owner = container.Owner, Volume = container.Volume, Constraints = container.Constraints };
            var allowed = plain.Score(request, plain.Hosts.ToList().FindIndex(h => h.Id == host.Id)) is not null;
            Assert.Equal(allowed, rules.Allows(container, host, leaving));
            // Asking changes nothing.
            Assert.Equal(allowed, rules.Allows(container, host, leaving));
            if (!allowed || leaving.Length > 0) continue;
            rules.Moved(container, container.Host, host.Id);
            snapshot = snapshot with { Containers = [.. snapshot.Containers.Select(c => c == container ? c with { Host = host.Id } : c)] };
        }
    }, iter: 2000);

    /// <summary>What the first packing leaves out fits on no host as they lie then, and what it places is where the checker allows it.</summary>
    [Fact]
    public void Fill_FromNothing_LeavesOutOnlyWhatFitsNowhere() => Gen.Select(RepackClusters.Any, RepackClusters.Options).Sample((snapshot, options) =>
    {
        snapshot = snapshot with { Containers = [.. snapshot.Containers.Select(c => c with { Host = "" })] };
        var model = new RepackModel(snapshot.Canonical(), options);
        var work = new RepackWork(new RepackState(model, model.Origin), 0);
        var homing = new Homing(work, [.. Enumerable.Range(0, model.Hosts.Length)], snapshot.Seed);
        for (var c = 0; c < model.Origin.Length; c++) homing.Add(c);
        var left = homing.Fill();
        Assert.Equal(left.Order(), Enumerable.Range(0, model.Origin.Length).Where(c => work.State.HostOf[c] < 0));
        // Percentiles of sums are no sums: only with limits can a host that was too full not become roomier by one more container.
        if (model.LimitShare is null || options.MaxOverloadChance < 1) return;
        Assert.All(left, c => Assert.All(Enumerable.Range(0, model.Hosts.Length), h => Assert.False(work.State.Fits(model.KindAt(c), h))));
    }, iter: 1000);

    /// <summary>As many places as there are containers to place: best fit takes them one by one without a remainder.</summary>
    [Theory]
    [InlineData("5 5 5 5", "10 10", 0)]
    [InlineData("6 6 4 4", "10 10", 0)]
    [InlineData("9 8 2 1", "10 10", 0)]
    [InlineData("6 6 6", "10 10", 1)] // one of them fits nowhere
    [InlineData("11 5", "10 10", 1)] // nor does one that is larger than all
    public void Pack_ByHand_LeavesOut(string sizes, string hosts, int left)
    {
        var cluster = Clusters.Of([.. hosts.Split(' ').Select((h, i) => Clusters.Host($"h{i}", long.Parse(h)))]) with
        {
            Containers = [.. sizes.Split(' ').Select((s, i) => Clusters.Container($"c{i}", $"a{i}", "", long.Parse(s), 1))],
        };
        Assert.Equal(left, CellPacking.Open(cluster, new RepackOptions { Safety = 1 }).Value.Pack([0, 1], 10_000).Count(h => h < 0));
    }
}
