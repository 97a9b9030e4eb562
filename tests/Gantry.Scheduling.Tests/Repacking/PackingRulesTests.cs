using Gantry.Scheduling.Repacking;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>The rule a,b,k as the searches ask it: of what a host holds, with one that comes and one that leaves at the same moment.</summary>
public sealed class PackingRulesTests
{
    private const int A = 0, B = 1, C = 2;

    /// <param name="there">The host's apps, as letters.</param>
    [Theory]
    // a,a,k: k + 1 in total.
    [InlineData("", A, A, 0, A, -1, true)]
    [InlineData("A", A, A, 0, A, -1, false)]
    [InlineData("A", A, A, 0, A, A, true)]
    [InlineData("AB", A, A, 0, A, B, false)]
    [InlineData("AA", A, A, 1, A, -1, false)]
    [InlineData("AAAA", A, A, int.MaxValue, A, -1, true)]
    // a,b,k where an a comes: at most k of b are there already.
    [InlineData("BB", A, B, 2, A, -1, true)]
    [InlineData("BBB", A, B, 2, A, -1, false)]
    [InlineData("BBB", A, B, 2, A, B, true)]
    [InlineData("BBB", A, B, int.MaxValue, A, -1, true)]
    // a,b,k where a b comes: with an a there, the k-th is the last.
    [InlineData("BBB", A, B, 2, B, -1, true)]
    [InlineData("AB", A, B, 2, B, -1, true)]
    [InlineData("ABB", A, B, 2, B, -1, false)]
    [InlineData("ABB", A, B, 2, B, A, true)]
    [InlineData("ABB", A, B, 2, B, B, true)]
    [InlineData("AABB", A, B, 2, B, A, false)]
    [InlineData("A", A, B, 0, B, -1, false)]
    // No rule names c, and the rule of others does not count it.
    [InlineData("AAABBB", A, B, 0, C, -1, true)]
    [InlineData("CCC", A, B, 0, A, -1, true)]
    public void Rule_Abk_CountsWhoComesAndWhoLeaves(string there, int app, int other, int most, int comes, int leaves, bool allowed)
    {
        var rules = new PackingRules(3, [(app, other, most)]);
        Assert.Equal(allowed, rules.Allow([.. there.Select(c => c - 'A')], comes, leaves));
    }

    /// <summary>Of several rules each has to hold, whichever comes first.</summary>
    [Theory]
    [InlineData("B", true)]
    [InlineData("C", false)]
    [InlineData("BC", false)]
    [InlineData("AB", false)]
    public void Rules_OfOneApp_HoldTogether(string there, bool allowed)
    {
        foreach (var rules in ((int, int, int)[][])[[(A, B, 1), (A, C, 0), (A, A, 0)], [(A, A, 0), (A, C, 0), (A, B, 1)]])
            Assert.Equal(allowed, new PackingRules(3, rules).Allow([.. there.Select(c => c - 'A')], A, -1));
    }
}
