namespace Gantry.Cli.Output;

/// <summary>The few colours that lines outside of tables use.</summary>
internal static class Ansi
{
    public static string Paint(string text, string? style) => style switch
    {
        "bold" => Wrap("1", text),
        "red" => Wrap("31", text),
        "green" => Wrap("32", text),
        "yellow" => Wrap("33", text),
        "blue" => Wrap("34", text),
        "magenta" => Wrap("35", text),
        "cyan" => Wrap("36", text),
        "grey" => Wrap("90", text),
        _ => text,
    };

    private static string Wrap(string code, string text) => $"\e[{code}m{text}\e[0m";
}
