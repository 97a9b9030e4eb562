using CsCheck;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Placing;

/// <summary>The tournament of scores against a plain list of them.</summary>
public sealed class ScoreTreeTests
{
    [Fact]
    public void Tree_AfterAnyChanges_KnowsWhatAListKnows() => Gen.ULong.Sample(seed =>
    {
        var d = new Draw(seed);
        var (hosts, first) = (d.Int(1, 40), d.Int(0, 39));
        first %= hosts;
        var tree = new ScoreTree(hosts, first, d.Int(0, hosts));
        var list = new List<(int Host, double Score)>();
        for (var step = 0; step < 80; step++)
        {
            if (list.Count > 0 && d.Once(2))
            {
                var at = d.Int(0, list.Count - 1);
                list[at] = (list[at].Host, Score(d));
                tree.Update(list[at].Host, list[at].Score);
            }
            else if (!tree.IsWhole)
            {
                Assert.Equal((first + list.Count) % hosts, tree.Next);
                list.Add((tree.Next, Score(d)));
                tree.Append(list[^1].Score);
            }

            if (d.Once(30))
            {
                list.Clear();
                tree.Clear();
            }

            var fitting = list.Where(l => l.Score > double.NegativeInfinity).ToList();
            Assert.Equal((list.Count, fitting.Count, list.Count == hosts), (tree.Looked, tree.Fitting, tree.IsWhole));
            // Of equal scores the one that was looked at first wins.
            var best = fitting.Count == 0 ? -1 : fitting.First(l => l.Score == fitting.Max(f => f.Score)).Host;
            Assert.Equal(best, tree.BestHost());
            if (best >= 0) Assert.Equal(fitting.Max(l => l.Score), tree.Best);
            Assert.All(Enumerable.Range(0, hosts), h => Assert.Equal(list.Exists(l => l.Host == h), tree.Holds(h)));
        }
    }, iter: 500);

    /// <summary>Few different ones, so that ties are common.</summary>
    private static double Score(Draw d) => d.Pick(double.NegativeInfinity, -1000, 0, 0.5, 0.5, 1);
}
