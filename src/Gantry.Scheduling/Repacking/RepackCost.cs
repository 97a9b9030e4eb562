using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Repacking;

/// <summary>What load on hosts costs, computed from their sums alone.</summary>
internal static class RepackCost
{
    /// <summary>Price of the hosts that hold something.</summary>
    public static double Hosts(RepackState state)
    {
        double sum = 0;
        for (var h = 0; h < state.Model.Hosts.Length; h++)
            if (state.Count(h) > 0) sum += state.Model.PriceOf(h);
        return sum;
    }

    /// <summary>Sum of the convex cost of all hosts.</summary>
    public static double Convex(RepackState state)
    {
        double sum = 0;
        for (var h = 0; h < state.Model.Hosts.Length; h++) sum += Convex(state, h, null, null);
        return sum;
    }

    /// <summary>Mean over the day of 1 + α(e^max(0, use − β) − 1) of the first resource; 0 for an empty host.</summary>
    public static double Convex(RepackState state, int host, ContainerKind? plus, ContainerKind? minus)
    {
        if (state.Count(host) + (plus is null ? 0 : 1) - (minus is null ? 0 : 1) == 0) return 0;
        var (model, layout) = (state.Model, state.Model.Layout);
        if (model.Capacity[0][host] <= 0) return 1;
        double At(int lane) => state.Lanes(host)[lane] + (plus?.Lanes[lane] ?? 0) - (minus?.Lanes[lane] ?? 0);
        var flat = At(layout.Unmeasured(0)) / Math.Max(1, model.Promisable[0][host]) + At(layout.Flat(0)) / model.Capacity[0][host];
        double Price(double use) => 1 + model.Options.Alpha * (Math.Exp(Math.Max(0, use - model.Options.Beta)) - 1);
        if (layout.Curve(0) < 0) return Price(flat);
        double sum = 0;
        for (var t = 0; t < layout.Points; t++) sum += Price(flat + At(layout.Curve(0) + t) / model.Capacity[0][host]);
        return sum / layout.Points;
    }

    /// <summary>Virtualized server load: mean over resources of what is used over capacity (Arzuaga and Kaeli 2010).</summary>
    public static double Vsl(RepackState state, int host, ContainerKind? plus, ContainerKind? minus)
    {
        var (model, layout) = (state.Model, state.Model.Layout);
        double At(int lane) => state.Lanes(host)[lane] + (plus?.Lanes[lane] ?? 0) - (minus?.Lanes[lane] ?? 0);
        double sum = 0;
        for (var r = 0; r < model.Resources; r++)
            if (model.Capacity[r][host] > 0) sum += (At(layout.Mean(r)) + At(layout.Unmeasured(r))) / model.Capacity[r][host];
        return sum / model.Resources;
    }

    /// <summary>Imbalance coefficient: standard deviation over mean of the load of the hosts that are ready; 0 where nothing runs.</summary>
    public static double Imbalance(RepackState state)
    {
        double sum = 0, squares = 0;
        var count = 0;
        for (var h = 0; h < state.Model.Hosts.Length; h++)
        {
            if (state.Model.Hosts[h].State != HostState.Ready) continue;
            var load = Vsl(state, h, null, null);
            (sum, squares, count) = (sum + load, squares + load * load, count + 1);
        }

        return Imbalance(sum, squares, count);
    }

    public static double Imbalance(double sum, double squares, int count) =>
        sum <= 0 ? 0 : Math.Sqrt(Math.Max(0, count * squares / (sum * sum) - 1));
}
