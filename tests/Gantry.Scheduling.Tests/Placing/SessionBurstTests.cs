using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Placing;

/// <summary>A session that sees whole racks fill and empty between two questions, against sums over a plain list: scores that are mended host by host, made anew
/// after many changes, and read from trees that have grown.</summary>
public sealed class SessionBurstTests
{
    private const int Hosts = 64;

    /// <summary>Who is on which host, and what that leaves.</summary>
    private sealed class Book(long[][] capacity)
    {
        private readonly List<(PlacementRequest Request, int Host)> _there = [];
        private readonly long[][] _free = [.. capacity.Select(c => c.ToArray())];

        public int Count => _there.Count;

        public void Add(PlacementRequest request, int host) => Shift((request, host), 1);

        /// <summary>Strikes an entry out and says which it was.</summary>
        public (PlacementRequest Request, int Host) Strike(int at)
        {
            var entry = _there[at];
            Shift(entry, -1);
            return entry;
        }

        public long Free(int host, int r) => _free[host][r];

        public int Own(string app, int host) => _there.Count(t => t.Host == host && t.Request.App == app);

        private void Shift((PlacementRequest Request, int Host) entry, int sign)
        {
            if (sign > 0) _there.Add(entry);
            else _there.Remove(entry);
            for (var r = 0; r < 2; r++) _free[entry.Host][r] -= sign * entry.Request.Limits[r];
        }

        public bool Fits(PlacementRequest request, int host) =>
            Enumerable.Range(0, 2).All(r => Free(host, r) >= request.Limits[r]) && (request.Constraints.MaxPerHost == 0 || Own(request.App, host) < request.Constraints.MaxPerHost);

        /// <summary>Best fit by L2 and a half of few of the app.</summary>
        public double Score(PlacementRequest request, int host)
        {
            var left = Enumerable.Range(0, 2).Select(r => (Free(host, r) - request.Limits[r]) / (double)capacity[host][r]).ToArray();
            return 1 - Math.Sqrt((left[0] * left[0] + left[1] * left[1]) / 2) + 0.5 / (1 + Own(request.App, host));
        }
    }

    [Fact]
    public void Place_AmongBurstsOfAnySize_TakesTheBestThereIs() => Gen.ULong.Sample(seed => Run(seed, sample: 0), iter: 60);

    [Fact]
    public void Place_BySampleAmongBursts_FindsWhateverFitsAndNoFalseScore() => Gen.Select(Gen.ULong, Gen.Int[1, 30]).Sample(Run, iter: 60);

    private static void Run(ulong seed, int sample)
    {
        var d = new Draw(seed);
        var capacity = d.Many(Hosts, Hosts, _ => new long[] { 100 * d.Int(5, 40), 100 * d.Int(5, 40) });
        var session = PlacementSession.Open(new ClusterSnapshot
        {
            Seed = seed,
            Hosts = [.. capacity.Select((c, i) => new HostSnapshot($"h{i:00}", c))],
            Policy = new ClusterPolicy { SampleSize = sample, Rankers = [new("best-fit", 1), new("spread", 0.5)] },
        }).Value;
        PlacementRequest[] requests =
        [
            .. Enumerable.Range(0, 5).Select(i => new PlacementRequest($"r{i}", $"app{i % 3}", 1, [100 * d.Int(1, 8), 100 * d.Int(1, 8)]) { Constraints = new PlacementConstraints { MaxPerHost = i == 4 ? 2 : 0 } }),
        ];
        var book = new Book(capacity);
        for (var step = 0; step < 80; step++)
        {
            var request = d.Pick(requests);
            int[] fitting = [.. Enumerable.Range(0, Hosts).Where(h => book.Fits(request, h))];
            var decision = session.Place(request);
            Assert.Equal(fitting.Length > 0, decision.IsPlaced);
            if (decision.IsPlaced)
            {
                Assert.Contains(decision.Host, fitting);
                Assert.Equal(book.Score(request, decision.Host), decision.Score, 9);
                if (sample == 0) Assert.Equal(fitting.Max(h => book.Score(request, h)), decision.Score, 9);
                if (sample == 0) Assert.Equal((fitting.Length, Hosts), (decision.Fitting, decision.Looked));
                Assert.InRange(decision.Fitting, Math.Min(fitting.Length, Math.Max(1, sample)), fitting.Length);
                book.Add(request, decision.Host);
            }

            // From a single change to one of every host, whether there is room or not.
            for (var burst = d.Pick(0, 0, 1, 3, Hosts / 4 - 1, Hosts / 4, Hosts / 4 + 1, Hosts); burst > 0; burst--)
            {
                if (book.Count > 0 && d.Once(2))
                {
                    var (gone, where) = book.Strike(d.Int(0, book.Count - 1));
                    session.Release(gone, where);
                    continue;
                }

                var (other, host) = (d.Pick(requests), d.Int(0, Hosts - 1));
                session.Occupy(other, host);
                book.Add(other, host);
            }
        }

        for (var host = 0; host < Hosts; host++)
            for (var r = 0; r < 2; r++) Assert.Equal(book.Free(host, r), session.State.Free[r][host]);
    }
}
