using System.Text.RegularExpressions;

namespace Gantry.Scheduling.Tests.Support;

/// <summary>Sentences about hosts in one wording, whatever their grammar: one host lacks what several lack, and a draining host is cordoned.</summary>
internal static partial class Said
{
    public static string Plainly(string explanation) =>
        Verbs().Replace(explanation, m => $"1 {m.Value[2..] switch { "lacks" => "lack", "holds" => "hold", "already runs" => "already run", _ => "do not" }}").Replace("draining", "cordoned", StringComparison.Ordinal);

    [GeneratedRegex(@"\b1 (lacks|holds|already runs|does not)\b")]
    private static partial Regex Verbs();
}
