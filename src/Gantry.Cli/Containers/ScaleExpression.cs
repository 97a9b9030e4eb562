using System.Globalization;
using System.Text.RegularExpressions;

namespace Gantry.Cli.Containers;

/// <summary>
/// <c>web:2</c>, <c>web:2:L</c>, <c>web:+1</c>, <c>worker-1</c>, <c>web::XL</c>: how many containers of a type, absolutely or
/// relative to now, and of which size.
/// </summary>
/// <param name="Amount">Null keeps the amount.</param>
/// <param name="IsRelative">Whether <paramref name="Amount"/> is added to the present amount.</param>
/// <param name="Size">Null keeps the size.</param>
internal sealed partial record ScaleExpression(string Type, int? Amount, bool IsRelative, string? Size)
{
    public static ScaleExpression Parse(string text)
    {
        var match = Form().Match(text);
        var amount = match.Groups["amount"].Value;
        var size = match.Groups["size"].Value;
        if (!match.Success || (amount.Length == 0 && size.Length == 0))
            throw Malformed(text);
        return new ScaleExpression(
            match.Groups["type"].Value,
            amount.Length == 0 ? null : int.Parse(amount, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
            amount.StartsWith('+') || amount.StartsWith('-'),
            size.Length == 0 ? null : size.ToUpperInvariant());
    }

    /// <summary>The amount to ask for when <paramref name="present"/> containers are wanted now.</summary>
    public int Target(int present)
    {
        var target = Amount is not { } amount ? present : IsRelative ? present + amount : amount;
        return target >= 0 ? target : throw new CliError(ExitCode.Usage, $"{Type} has {present} containers now; {Amount} would make it {target}.", "The smallest amount is 0: gantry scale " + Type + ":0");
    }

    private static CliError Malformed(string text) => new(ExitCode.Usage, $"“{text}” is not a formation.",
        "Write TYPE:AMOUNT[:SIZE] (web:2, web:2:L), TYPE+N or TYPE-N (web+1), or TYPE::SIZE (web::XL).");

    [GeneratedRegex(@"^(?<type>[A-Za-z0-9]+)(:(?<amount>[+-]?[0-9]{1,6})?(:(?<size>[A-Za-z0-9]+))?|(?<amount>[+-][0-9]{1,6})(:(?<size>[A-Za-z0-9]+))?)$")]
    private static partial Regex Form();
}
