namespace Gantry.Cli.Terminal;

/// <summary>The size of a terminal in characters.</summary>
internal readonly record struct WindowSize(int Columns, int Rows)
{
    public static WindowSize? Of(int descriptor) =>
        Libc.Window(descriptor) is { } size ? new WindowSize(size.Columns, size.Rows) : null;
}
