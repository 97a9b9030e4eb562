using Gantry.Domain;

namespace Gantry.Build.Archives;

/// <summary>Sentences of refused archives: the entry, the rule, and what to do.</summary>
internal static class Refusals
{
    public static Refusal Archive(string entry, string rule, string remedy) =>
        Refusal.Invalid("source", $"The source archive is refused: the entry '{Printable(entry)}' {rule}. {remedy}.");

    public static Refusal Archive(string sentence) => Refusal.Invalid("source", $"The source archive is refused: {sentence}");

    public static Refusal TooLarge(long maxBytes) => Archive(
        $"it unpacks to more than {maxBytes} bytes ({maxBytes / (1024 * 1024)} MiB), the limit for source code. "
        + "Leave out what is not source (dependencies, build output, data) and deploy again.");

    public static Refusal NotAnArchive(string detail) => Archive(
        $"it is not a readable tar or tar.gz archive ({detail.TrimEnd('.')}). Make one with 'tar -czf source.tar.gz FOLDER' and deploy again.");

    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
