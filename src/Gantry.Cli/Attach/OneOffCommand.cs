namespace Gantry.Cli.Attach;

/// <summary>
/// Makes one shell command of the words of a command line. A single word is a command already. Of several, those with
/// white space or quotes are quoted, so that <c>gantry run bash -c "echo a b"</c> means what it means here; all other
/// characters stay open to the shell on the other side, as Scalingo's client leaves them.
/// </summary>
internal static class OneOffCommand
{
    public static string Join(IReadOnlyList<string> words) =>
        words.Count == 1 ? words[0] : string.Join(' ', words.Select(Quote));

    private static string Quote(string word) =>
        word.Length == 0 || word.Any(c => char.IsWhiteSpace(c) || c is '\'' or '"')
            ? "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'"
            : word;
}
