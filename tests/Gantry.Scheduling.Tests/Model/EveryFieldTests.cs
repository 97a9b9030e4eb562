using System.Text.RegularExpressions;
using Gantry.Scheduling.Hotspots;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Repacking;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Model;

/// <summary>Every number of a snapshot, made negative, not a number, endless and too large: each is refused by a sentence that names what it belongs to, or is
/// of a field that may be anything. A field that is added later fails here until it is in one of the lists.</summary>
public sealed partial class EveryFieldTests
{
    private static readonly PlacementConstraints _two = new() { MaxPerHost = 2 };

    private static readonly ProfileSnapshot _profile = new([1, 2, 3]) { Daily = [4, 5], Pressure = 0.5 };

    /// <summary>Nothing in it is refused, and every number that a snapshot may have is in it.</summary>
    private static readonly ClusterSnapshot _good = new()
    {
        Seed = 1,
        Resources = ["cpu", "memory"],
        Hosts = [new HostSnapshot("h1", [4000, 1L << 32]) { RunQueue = 0.5 }],
        Containers =
        [
            new ContainerSnapshot("c1", "a", "h1", [100, 1 << 20])
            {
                Priority = 1,
                MaxLimits = [200, 1 << 21],
                Profiles = [_profile, _profile],
                BootSeconds = 2,
                Connections = 3,
                Constraints = _two,
                Requests = new RequestProfile(1, 2, 0.01, 0.02, 0.1, 0.001, 0.002),
            },
        ],
        Pending = [new PlacementRequest("r1", "b", 1, [100, 1 << 20]) { Priority = 2, Constraints = _two }],
        Interference = [new InterferenceRule("a", "b", 1)],
        Policy = new ClusterPolicy { Overcommit = [new Overcommit("", "cpu", 1.5)] },
    };

    /// <summary>Field, numbers that it can't be, and what the refusal says.</summary>
    public static TheoryData<string, double[], string> Bad { get; } = new()
    {
        { "Hosts[].Capacity[]", [-1, double.MaxValue], "^Host h1's capacity has a (negative number|number that is too large)" },
        { "Hosts[].RunQueue", [-0.1, double.NaN, double.PositiveInfinity], "^Host h1's run queue is not a number of threads" },
        { "Containers[].Limits[]", [-1, double.MaxValue], "^Container c1's limits has a (negative number|number that is too large)|^Container c1 has a limit above the highest" },
        { "Containers[].MaxLimits[]", [-1, 0, double.MaxValue], "^Container c1's highest limits has a (negative number|number that is too large)|^Container c1 has a limit above the highest" },
        { "Containers[].Profiles[].Window[]", [-0.1, double.NaN, double.PositiveInfinity], "^Container c1's profile has a sample that is not a number from 0 up" },
        { "Containers[].Profiles[].Daily[]", [-0.1, double.NaN, double.PositiveInfinity], "^Container c1's profile has a sample that is not a number from 0 up" },
        { "Containers[].Profiles[].Pressure", [-0.1, 1.1, double.NaN, double.PositiveInfinity], "^Container c1's memory pressure is not a share of time" },
        { "Containers[].Requests.ArrivalsPerSecond", [-0.1, double.NaN, double.PositiveInfinity], "^Container c1's requests have a number that can't be" },
        { "Containers[].Requests.PeakArrivalsPerSecond", [-0.1, double.NaN, double.PositiveInfinity], "^Container c1's requests have a number that can't be" },
        { "Containers[].Requests.ServiceSeconds", [-0.1, double.NaN, double.PositiveInfinity], "^Container c1's requests have a number that can't be" },
        { "Containers[].Requests.ResponseSeconds", [-0.1, double.NaN, double.PositiveInfinity], "^Container c1's requests have a number that can't be" },
        { "Containers[].Requests.TargetSeconds", [-0.1, double.NaN, double.PositiveInfinity], "^Container c1's requests have a number that can't be" },
        { "Containers[].Requests.InterarrivalVariance", [-0.1, double.NaN, double.PositiveInfinity], "^Container c1's requests have a number that can't be" },
        { "Containers[].Requests.ServiceVariance", [-0.1, double.NaN, double.PositiveInfinity], "^Container c1's requests have a number that can't be" },
        { "Containers[].Constraints.MaxPerHost", [-1, double.MinValue], "^Container c1 allows -[0-9]+ containers a host" },
        { "Pending[].Count", [0, -1, double.MaxValue], "^Request r1 asks for -?[0-9]+ containers" },
        { "Pending[].Limits[]", [-1, double.MaxValue], "^Request r1's limits has a (negative number|number that is too large)" },
        { "Pending[].Constraints.MaxPerHost", [-1], "^Request r1 allows -1 containers a host" },
        { "Interference[].Most", [-1], "^The rule between a and b allows -1 containers" },
        { "Policy.Overcommit[].Factor", [0, -1, double.NaN, double.PositiveInfinity], "^The overcommit of cpu is (0|-1|NaN|Infinity|∞)" },
        { "Policy.Rankers[].Weight", [double.NaN, double.PositiveInfinity, double.NegativeInfinity], "^The weight of ranker (borg-hybrid|spread|image-locality) is not a number" },
        { "Policy.SampleSize", [-1], "^The sample size is negative" },
        { "Policy.Hotspots.Threshold", [0, -1, double.NaN, double.PositiveInfinity], "^The hotspot threshold is " },
        { "Policy.Hotspots.Hysteresis", [-0.1, 0.75, double.NaN, double.PositiveInfinity], "^The hotspot hysteresis is " },
        { "Policy.Hotspots.SamplesAbove", [0, -1, 6], "^A host would be hot when -?[0-9]+ of 5 samples" },
        { "Policy.Hotspots.SamplesLooked", [2, 0, -1], "^A host would be hot when 3 of -?[0-9]+ samples" },
        { "Policy.Hotspots.CoolDownSeconds", [-1, double.NaN, double.NegativeInfinity], "^The hotspot cool-down is " },
        { "Policy.Hotspots.MaxMoves", [-1], "^The hotspot bound of moves is -1" },
        { "Policy.Hotspots.MaxMovesPerApp", [-1], "^The hotspot bound of moves is -1" },
        { "Policy.Hotspots.MaxMovesPerHour", [-0.1, double.NaN, double.NegativeInfinity], "^The hotspot share of moves an hour is " },
    };

    /// <summary>Fields that may be any number: the version is the reader's business, priorities are compared and nothing else, and what was measured wrongly of
    /// a boot time or of connections counts as not measured.</summary>
    private static readonly string[] _any = ["Version", "Seed", "Containers[].Priority", "Containers[].BootSeconds", "Containers[].Connections", "Pending[].Priority"];

    [Fact]
    public void Field_OfEveryNumber_IsInOneOfTheLists() =>
        Assert.Equal(
            Leaves.Numbers(_good).Select(Field).Distinct().Order(StringComparer.Ordinal),
            Bad.Select(b => b.Data.Item1).Concat(_any).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Bad), DisableDiscoveryEnumeration = true)]
    public void Number_ThatCantBe_IsRefusedAndNamed(string field, double[] numbers, string message)
    {
        Assert.Null(SnapshotRules.Check(_good));
        foreach (var leaf in Leaves.Numbers(_good).Where(l => Field(l) == field))
            foreach (var number in numbers)
            {
                var broken = Leaves.With(_good, leaf, number);
                var refusal = SnapshotRules.Check(broken);
                Assert.True(refusal is not null, $"{leaf} = {number} is not refused");
                Assert.Matches(message, refusal.Message);
                Assert.Equal(field.Split('.', '[')[0].ToLowerInvariant(), refusal.Field);
                Assert.Equal(refusal, Placer.Plan(broken).Refusal);
                Assert.Equal(refusal, Sandpiper.Plan(broken).Refusal);
                Assert.Equal(refusal, ClusterRepack.Plan(broken, new RepackOptions()).Refusal);
            }
    }

    /// <summary>Anything at all there, and every pass makes a plan that can be written down and read again.</summary>
    [Fact]
    public void Number_OfAFieldThatMayBeAnything_IsWorkedWith()
    {
        foreach (var leaf in Leaves.Numbers(_good).Where(l => _any.Contains(Field(l)) && l is not "Version"))
            foreach (var number in (double[])[0, -1, double.MinValue, double.MaxValue, double.NaN, double.PositiveInfinity])
            {
                var odd = Leaves.With(_good, leaf, number);
                foreach (var plan in (Plan[])[Placer.Plan(odd).Value, Sandpiper.Plan(odd).Value, ClusterRepack.Plan(odd, new RepackOptions { Steps = 1000 }).Value.Plan])
                    Assert.Equal(Relations.Text(plan), Relations.Text(SnapshotSerializer.ReadPlan(SnapshotSerializer.Write(plan)).Value));
            }
    }

    /// <summary>The largest and the smallest numbers that can be.</summary>
    [Theory]
    [InlineData("Hosts[].Capacity[]", 1L << 52)]
    [InlineData("Hosts[].RunQueue", 1e9)]
    [InlineData("Containers[].Profiles[].Window[]", float.MaxValue)]
    [InlineData("Containers[].Profiles[].Pressure", 1)]
    [InlineData("Containers[].Profiles[].Pressure", 0)]
    [InlineData("Containers[].MaxLimits[]", 1L << 52)]
    [InlineData("Containers[].Limits[]", 0)]
    [InlineData("Pending[].Count", 10_000_000)]
    [InlineData("Pending[].Limits[]", 1L << 52)]
    [InlineData("Interference[].Most", int.MaxValue)]
    [InlineData("Policy.Overcommit[].Factor", 1e-9)]
    [InlineData("Policy.Overcommit[].Factor", 1e300)]
    [InlineData("Policy.Hotspots.Threshold", 1e9)]
    [InlineData("Policy.Hotspots.CoolDownSeconds", double.PositiveInfinity)]
    public void Number_AtTheEdgeOfWhatCanBe_IsNotRefused(string field, double number)
    {
        foreach (var leaf in Leaves.Numbers(_good).Where(l => Field(l) == field)) Assert.Null(SnapshotRules.Check(Leaves.With(_good, leaf, number)));
    }

    /// <summary>Lists with one number too few, and with one too many.</summary>
    [Theory]
    [InlineData("Host h1's capacity")]
    [InlineData("Container c1's limits")]
    [InlineData("Container c1's highest limits")]
    [InlineData("Request r1's limits")]
    public void Vector_OfAnotherLength_IsRefusedAndNamed(string what)
    {
        foreach (long[] amounts in (long[][])[[1000], [1000, 1000, 1000]])
        {
            var (host, container, request) = (_good.Hosts[0], _good.Containers[0], _good.Pending[0]);
            var broken = what switch
            {
                "Host h1's capacity" => _good with { Hosts = [host with { Capacity = amounts }] },
                "Container c1's limits" => _good with { Containers = [container with { Limits = amounts }] },
                "Container c1's highest limits" => _good with { Containers = [container with { MaxLimits = amounts }] },
                _ => _good with { Pending = [request with { Limits = amounts }] },
            };
            Assert.StartsWith($"{what} has {amounts.Length} numbers for 2 resources. Give one for each.", SnapshotRules.Check(broken)!.Message);
        }
    }

    /// <summary>Which of the things of a kind it is, also where the others are good.</summary>
    [Fact]
    public void Number_OfTheSecondOfThree_NamesTheSecond()
    {
        var (host, container, request) = (_good.Hosts[0], _good.Containers[0], _good.Pending[0]);
        var three = _good with
        {
            Hosts = [host, host with { Id = "h2" }, host with { Id = "h3" }],
            Containers = [container, container with { Id = "c2" }, container with { Id = "c3" }],
            Pending = [request, request with { Id = "r2" }, request with { Id = "r3" }],
        };
        Assert.StartsWith("Host h2's capacity", SnapshotRules.Check(Leaves.With(three, "Hosts[1].Capacity[1]", -1))!.Message);
        Assert.StartsWith("Container c2's profile", SnapshotRules.Check(Leaves.With(three, "Containers[1].Profiles[1].Window[2]", double.NaN))!.Message);
        Assert.StartsWith("Request r2 asks for 0 containers", SnapshotRules.Check(Leaves.With(three, "Pending[1].Count", 0))!.Message);
    }

    /// <summary>The path without which of the items it is.</summary>
    private static string Field(string leaf) => Index().Replace(leaf, "[]");

    [GeneratedRegex(@"\[[0-9]+\]")]
    private static partial Regex Index();
}
