using System.Text;
using Gantry.Cli.Output;

namespace Gantry.Cli.Variables;

/// <summary>
/// The common core of <c>.env</c> files: <c>NAME=VALUE</c>, an optional <c>export</c>, blank lines and <c>#</c> comments,
/// single quotes (literal) and double quotes (<c>\n \t \r \" \\ \$</c>), both over several lines. Nothing is expanded.
/// </summary>
internal static class EnvFile
{
    public static IReadOnlyList<NameValue> Parse(string text, string origin)
    {
        var reader = new Reader(text.Replace("\r\n", "\n", StringComparison.Ordinal).TrimStart('\uFEFF'), origin);
        var found = new List<NameValue>();
        while (reader.Next() is { } variable)
        {
            found.RemoveAll(v => v.Name == variable.Name);
            found.Add(variable);
        }

        return found;
    }

    /// <summary>The value as <see cref="Parse"/> reads it back.</summary>
    public static string Quote(string value)
    {
        if (value.All(c => char.IsLetterOrDigit(c) || "_-./:@%+,=?&~!*()[]{}<>|;^".Contains(c)))
            return value;
        if (!value.Contains('\''))
            return $"'{value}'";
        return $"\"{value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("$", "\\$").Replace("\n", "\\n").Replace("\r", "\\r").Replace("\t", "\\t")}\"";
    }

    private sealed class Reader(string text, string origin)
    {
        private int _at;
        private int _line = 1;

        public NameValue? Next()
        {
            SkipBlank();
            if (_at >= text.Length)
                return null;
            var name = Name();
            return new NameValue(name, Value(name));
        }

        private char Peek => _at < text.Length ? text[_at] : '\n';

        private void SkipBlank()
        {
            while (_at < text.Length && (char.IsWhiteSpace(Peek) || Peek == '#'))
                if (Peek == '#')
                    SkipLine();
                else
                    Take();
        }

        private void SkipLine()
        {
            while (_at < text.Length && Peek != '\n')
                _at++;
        }

        private char Take()
        {
            if (text[_at] == '\n')
                _line++;
            return text[_at++];
        }

        private string Name()
        {
            var start = _at;
            while (Peek is not '=' and not '\n')
                _at++;
            var name = text[start.._at].Trim();
            name = name.StartsWith("export ", StringComparison.Ordinal) ? name[7..].Trim() : name;
            if (_at >= text.Length || Peek != '=' || name.Length == 0 || name.Any(char.IsWhiteSpace))
                throw Broken($"“{text[start..Math.Min(_at, start + 40)].Trim()}” is not of the form NAME=VALUE");
            _at++;
            return name;
        }

        private string Value(string name)
        {
            while (Peek is ' ' or '\t')
                _at++;
            if (Peek is not ('\'' or '"'))
                return Bare();
            var quote = Take();
            var value = new StringBuilder();
            while (true)
            {
                if (_at >= text.Length)
                    throw Broken($"the quoted value of {name} has no end");
                var c = Take();
                if (c == quote)
                    break;
                value.Append(c == '\\' && quote == '"' && _at < text.Length ? Escaped(Take()) : c.ToString());
            }

            EndOfLine(name);
            return value.ToString();
        }

        /// <summary>Up to the end of the line, or to a <c>#</c> with a space before it.</summary>
        private string Bare()
        {
            var start = _at;
            SkipLine();
            var value = text[start.._at];
            var comment = value.IndexOf(" #", StringComparison.Ordinal);
            if (value.StartsWith('#'))
                return "";
            return (comment < 0 ? value : value[..comment]).Trim();
        }

        private void EndOfLine(string name)
        {
            while (Peek is ' ' or '\t')
                _at++;
            if (Peek is not ('\n' or '#'))
                throw Broken($"something follows the quoted value of {name}");
            SkipLine();
        }

        private static string Escaped(char c) => c switch
        {
            'n' => "\n",
            'r' => "\r",
            't' => "\t",
            '"' or '\\' or '$' => c.ToString(),
            _ => "\\" + c,
        };

        private CliError Broken(string what) => new(ExitCode.BadInput, $"{origin}, line {_line}: {what}.", "Nothing was set. The format is NAME=VALUE, one a line.");
    }
}
