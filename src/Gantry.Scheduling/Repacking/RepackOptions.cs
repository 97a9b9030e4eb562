using System.Globalization;
using Gantry.Domain;

namespace Gantry.Scheduling.Repacking;

/// <summary>What a repacking is for.</summary>
public enum RepackObjective
{
    /// <summary>As few hosts as possible, dear ones first.</summary>
    FewestHosts,

    /// <summary>Least sum over used hosts of 1 + α(e^max(0, use − β) − 1): few hosts, none of them busy.</summary>
    ConvexCost,

    /// <summary>Hosts loaded alike: a small coefficient of variation of the virtualized server load (Arzuaga and Kaeli 2010).</summary>
    Balance,
}

/// <summary>What an operator asks of one repacking.</summary>
public sealed record RepackOptions
{
    public RepackObjective Objective { get; init; }

    /// <summary>Share of all containers that may end on another host, 0 to 1. VM clusters are repacked with 0.02 to 0.03.</summary>
    public double MaxMovedShare { get; init; } = 1;

    /// <summary>Share of a host's capacity that the peak of the sum of what was measured may reach; above 0, at most 1.</summary>
    public double Safety { get; init; } = 0.9;

    /// <summary>Chance of overload at any moment, by <see cref="OverloadChance"/>, that a host which takes containers may reach; 1 asks for nothing.</summary>
    public double MaxOverloadChance { get; init; } = 1;

    /// <summary>Tests of one container on one host that the search may make; the same number gives the same plan.</summary>
    public long Steps { get; init; } = 20_000_000;

    /// <summary>α of <see cref="RepackObjective.ConvexCost"/>; at least 0.</summary>
    public double Alpha { get; init; } = 10;

    /// <summary>β of <see cref="RepackObjective.ConvexCost"/>; 0 to 1.</summary>
    public double Beta { get; init; } = 0.5;

    /// <summary><see cref="RepackObjective.Balance"/> stops at this imbalance coefficient; at least 0.</summary>
    public double BalanceGoal { get; init; } = 0.1;

    /// <summary>Price of a host a month, by class; the class "" is every class without an entry of its own.</summary>
    public IReadOnlyDictionary<string, double> Prices { get; init; } = new SortedDictionary<string, double>();

    /// <summary>Moves of one wave; at least 1.</summary>
    public int MovesAtOnce { get; init; } = 50;

    /// <summary>Moves of one wave that leave or enter one host; at least 1.</summary>
    public int MovesAtOncePerHost { get; init; } = 4;

    /// <summary>Moves of one wave that concern one app; at least 1. A release that can't start any more is then found out by one container.</summary>
    public int MovesAtOncePerApp { get; init; } = 1;

    /// <summary>How long an old container is given to end, in seconds; part of a wave's estimated time.</summary>
    public double DrainSeconds { get; init; } = 30;

    /// <summary>For maintenance nights: everything that moves is stopped first, then started on its new host. Reaches every target, at the price
    /// of <see cref="RepackReport.EstimatedSeconds"/> without these containers. Otherwise the new one is ready before the old one ends.</summary>
    public bool StopTheWorld { get; init; }

    /// <summary>The first option that can't be meant, or null.</summary>
    internal Refusal? Check() =>
        Share(MaxMovedShare, nameof(MaxMovedShare), "0.03 moves at most 3 % of the containers") ?? Share(MaxOverloadChance, nameof(MaxOverloadChance), "0.001 lets a host be overloaded a thousandth of the time")
        ?? Share(Beta, nameof(Beta), "0.5 makes load above one half of a host cost more")
        ?? (!(Safety > 0 && Safety <= 1) ? Refused(nameof(Safety), Safety, "above 0 and at most 1; 0.9 keeps a tenth of each host free") : null)
        ?? Positive(Alpha, nameof(Alpha)) ?? Positive(BalanceGoal, nameof(BalanceGoal)) ?? Positive(DrainSeconds, nameof(DrainSeconds)) ?? Positive(Steps, nameof(Steps))
        ?? (Math.Min(MovesAtOnce, Math.Min(MovesAtOncePerHost, MovesAtOncePerApp)) < 1 ? Refused("MovesAtOnce", 0, "at least 1, in total, for each host and for each app") : null)
        ?? Prices.Select(p => Positive(p.Value, $"Prices[{p.Key}]")).FirstOrDefault(r => r is not null);

    /// <summary>What a host of this class costs a month; 0 where no price is known.</summary>
    public double PriceOf(string hostClass) => Prices.TryGetValue(hostClass, out var price) || Prices.TryGetValue("", out price) ? price : 0;

    private static Refusal? Share(double value, string name, string hint) => value is >= 0 and <= 1 ? null : Refused(name, value, $"from 0 to 1; {hint}");

    private static Refusal? Positive(double value, string name) => double.IsFinite(value) && value >= 0 ? null : Refused(name, value, "a number from 0 up");

    private static Refusal Refused(string name, double value, string wanted) =>
        Refusal.Invalid("options", string.Create(CultureInfo.InvariantCulture, $"{name} is {value}, so nothing can be repacked by it. Use {wanted}."));
}
