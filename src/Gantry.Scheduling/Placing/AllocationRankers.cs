namespace Gantry.Scheduling.Placing;

/// <summary>Kubernetes' LeastAllocated: mean of the percentages that are left, in whole numbers as there, as a share of 1.</summary>
internal sealed class LeastAllocatedRanker() : HostRanker("least-allocated")
{
    public override double Score(ClusterState state, RequestClass request, int host) => Percent.Mean(state, request, host, taken: false);
}

/// <summary>Kubernetes' MostAllocated: mean of the percentages that are taken, in whole numbers as there, as a share of 1.</summary>
internal sealed class MostAllocatedRanker() : HostRanker("most-allocated")
{
    public override double Score(ClusterState state, RequestClass request, int host) => Percent.Mean(state, request, host, taken: true);
}

/// <summary>Kubernetes' integer arithmetic: every percentage is cut off, then their mean; a resource that the host lacks does not count.</summary>
internal static class Percent
{
    public static double Mean(ClusterState state, RequestClass request, int host, bool taken)
    {
        long sum = 0, weights = 0;
        for (var r = 0; r < request.Limits.Length; r++)
        {
            var capacity = state.Promisable[r][host];
            if (capacity == 0) continue;
            // As doubles: a hundred times a host's bytes is exact, and dividing integers takes longer than all the rest.
            var left = Math.Clamp(state.Free[r][host] - request.Limits[r], 0, capacity);
            sum += (long)((taken ? capacity - left : left) * 100.0 / capacity);
            weights++;
        }

        return weights == 0 ? 0 : sum / weights / 100.0;
    }
}

/// <summary>Smallest residual in the L2 norm (Panigrahy et al. 2011).</summary>
internal sealed class BestFitRanker() : HostRanker("best-fit")
{
    public override double Score(ClusterState state, RequestClass request, int host) => 1 - Norm(state, request, host);

    public static double Norm(ClusterState state, RequestClass request, int host)
    {
        double sum = 0;
        for (var r = 0; r < request.Limits.Length; r++)
        {
            var left = Left(state, request, host, r);
            sum += left * left;
        }

        return Math.Sqrt(sum / request.Limits.Length);
    }
}

/// <summary>Largest residual in the L2 norm.</summary>
internal sealed class WorstFitRanker() : HostRanker("worst-fit")
{
    public override double Score(ClusterState state, RequestClass request, int host) => BestFitRanker.Norm(state, request, host);
}

/// <summary>The first host in the order of ids.</summary>
internal sealed class FirstFitRanker() : HostRanker("first-fit")
{
    public override double Score(ClusterState state, RequestClass request, int host) => 1 - host / (double)state.Hosts.Length;
}

/// <summary>Demand times what is left, summed: containers go where the resource they want most is plentiful (Panigrahy et al. 2011).</summary>
internal sealed class DotProductRanker() : HostRanker("dot-product")
{
    public override double Score(ClusterState state, RequestClass request, int host)
    {
        double sum = 0;
        for (var r = 0; r < request.Limits.Length; r++)
        {
            var inverse = state.Inverse[r][host];
            sum += request.Limits[r] * inverse * state.Free[r][host] * inverse;
        }

        return sum;
    }
}

/// <summary>E-PVM as Borg used it first: the rise of Σ n^use is the price of a place; n is the number of hosts.</summary>
internal sealed class EPvmRanker() : HostRanker("e-pvm")
{
    public override double Score(ClusterState state, RequestClass request, int host)
    {
        var n = Math.Max(2.0, state.Hosts.Length);
        double cost = 0;
        for (var r = 0; r < request.Limits.Length; r++)
            cost += Math.Pow(n, 1 - Left(state, request, host, r)) - Math.Pow(n, 1 - state.Free[r][host] * state.Inverse[r][host]);
        return -cost / n;
    }
}

/// <summary>Borg's later policy: fill hosts, but leave little stranded, that is, free of one resource where another is used up.</summary>
internal sealed class BorgHybridRanker() : HostRanker("borg-hybrid")
{
    public override double Score(ClusterState state, RequestClass request, int host)
    {
        double least = double.MaxValue, most = double.MinValue, sum = 0;
        for (var r = 0; r < request.Limits.Length; r++)
        {
            var left = Left(state, request, host, r);
            (least, most, sum) = (Math.Min(least, left), Math.Max(most, left), sum + left);
        }

        return 1 - sum / request.Limits.Length - 0.5 * (most - least);
    }
}

/// <summary>Nomad's bin packing, Google's BestFit v3: (20 − Σ 10^free share) / 18, for the first two resources. Where the group has containers on the
/// host already, the mean of that and of its anti-affinity, −(those + 1) / wanted.</summary>
internal sealed class NomadRanker() : HostRanker("nomad-binpack")
{
    public override double Score(ClusterState state, RequestClass request, int host)
    {
        double sum = 0;
        for (var r = 0; r < Math.Min(2, request.Limits.Length); r++) sum += Math.Pow(10, Left(state, request, host, r));
        var packing = Math.Clamp(20 - sum, 0, 18) / 18;
        return state.Own[host] == 0 ? packing : (packing - (state.Own[host] + 1.0) / request.Request.Count) / 2;
    }
}
