namespace Gantry.Cli;

/// <summary>
/// All that a command sees of the process it runs in. Tests give their own; <see cref="ProcessShell"/> is the real one.
/// stdout carries data only, stderr carries talk.
/// </summary>
internal sealed record Shell
{
    public required TextWriter Out { get; init; }
    public required TextWriter Error { get; init; }

    /// <summary>The same stdout as bytes, for what must not be re-encoded.</summary>
    public required Stream RawOut { get; init; }

    public required Stream RawIn { get; init; }
    public bool InIsTerminal { get; init; }
    public bool OutIsTerminal { get; init; }
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Columns of the terminal.</summary>
    public int Width { get; init; } = 80;

    public required Func<string, string?> Variable { get; init; }
    public required string WorkingDirectory { get; init; }
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Colours on stdout: only on a terminal, and never against <c>NO_COLOR</c>.</summary>
    public bool Colours => OutIsTerminal && string.IsNullOrEmpty(Variable("NO_COLOR")) && Variable("TERM") != "dumb";

    public bool Debug => Variable("GANTRY_DEBUG") is { Length: > 0 } and not "0";

    public string ConfigurationFolder =>
        Variable("GANTRY_CONFIG_DIR") is { Length: > 0 } own ? own
        : Variable("XDG_CONFIG_HOME") is { Length: > 0 } xdg ? Path.Combine(xdg, "gantry")
        : Path.Combine(Variable("HOME") is { Length: > 0 } home ? home : "/root", ".config", "gantry");
}
