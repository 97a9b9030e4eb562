namespace Gantry.Architecture.Tests;

/// <summary>Shows all violations of a rule at once, each in a sentence.</summary>
internal static class Rule
{
    public static void Holds(IEnumerable<string> violations)
    {
        var all = violations.ToArray();
        Assert.True(all.Length == 0, string.Join('\n', all.Prepend($"{all.Length} violations:")));
    }
}
