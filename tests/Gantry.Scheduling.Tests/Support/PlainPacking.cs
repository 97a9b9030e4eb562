using Gantry.Scheduling.Repacking;

namespace Gantry.Scheduling.Tests.Support;

/// <summary>A packing problem as it was before it was padded and sorted, with its rules and costs in plain words.</summary>
internal sealed record PlainPacking(int Points, double[][] Curves, double[][] Scalars, int[] AppOf, PackingHost[] Hosts, (int App, int Other, int Most)[] Rules, double Alpha, double Beta)
{
    public PackingProblem Problem => new(Points, Curves, Scalars, AppOf, Hosts, Rules) { Alpha = Alpha, Beta = Beta };

    /// <summary>Small ones: two curves, one scalar, three kinds of hosts, rules.</summary>
    public static PlainPacking Draw(Draw d, int mostItems = 12, int mostHosts = 6)
    {
        var points = d.Int(1, 6);
        var curves = d.Many(1, 4, _ => d.Many(2 * points, 2 * points, _ => d.Double(0, 4)));
        return new PlainPacking(
            points, curves, [.. curves.Select(_ => new double[] { d.Int(0, 2) })], d.Many(1, mostItems, _ => d.Int(0, curves.Length - 1)),
            d.Many(1, mostHosts, _ => d.Pick(new PackingHost([6, 7], [3]), new PackingHost([9, 8], [4]), new PackingHost([14, 14], [9]))),
            d.Many(0, 3, _ => (d.Int(0, curves.Length - 1), d.Int(0, curves.Length - 1), d.Int(0, 2))), d.Pick(0, 1, 10, 10), d.Pick(0.3, 0.5));
    }

    /// <summary>The cost of these items on one host, or null when they may not be there together.</summary>
    public double? Cost(int host, IReadOnlyCollection<int> items) => !IsAllowed(host, items) ? null : Price(host, items);

    /// <summary>Mean over the points of 1 + α(e^max(0, use − β) − 1); nothing for a host that holds nothing.</summary>
    public double Price(int host, IReadOnlyCollection<int> items) =>
        items.Count == 0 ? 0 : Enumerable.Range(0, Points).Average(t => 1 + Alpha * (Math.Exp(Math.Max(0, items.Sum(i => Curves[AppOf[i]][t]) / Hosts[host].Curves[0] - Beta)) - 1));

    /// <summary>The least cost of all assignments of all items, found by trying them; null when none is allowed.</summary>
    public double? Optimum()
    {
        double? best = null;
        for (var code = 0; code < Math.Pow(Hosts.Length, AppOf.Length); code++)
        {
            var on = Enumerable.Range(0, Hosts.Length).Select(_ => new List<int>()).ToArray();
            for (var (i, rest) = (0, code); i < AppOf.Length; i++, rest /= Hosts.Length) on[rest % Hosts.Length].Add(i);
            double sum = 0;
            foreach (var (items, host) in on.Select((items, host) => (items, host)))
            {
                if (Cost(host, items) is not { } cost) goto next;
                sum += cost;
            }

            if (best is null || sum < best) best = sum;
        next:;
        }

        return best;
    }

    private bool IsAllowed(int host, IReadOnlyCollection<int> items)
    {
        int Count(int app) => items.Count(i => AppOf[i] == app);
        for (var t = 0; t < Points; t++)
            if (items.Sum(i => Curves[AppOf[i]][t]) > Hosts[host].Curves[0] + 1e-6 || items.Sum(i => Curves[AppOf[i]][Points + t]) > Hosts[host].Curves[1] + 1e-6) return false;
        return items.Sum(i => Scalars[AppOf[i]][0]) <= Hosts[host].Scalars[0]
            && Rules.All(r => Count(r.App) == 0 || Count(r.Other) <= (r.App == r.Other ? r.Most + 1 : r.Most));
    }
}
