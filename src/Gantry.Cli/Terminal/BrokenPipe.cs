namespace Gantry.Cli.Terminal;

/// <summary>The reader of our output has gone, as in <c>gantry logs | head</c>: the end, but nothing to complain about.</summary>
internal sealed class BrokenPipe() : IOException("The reader of the output has gone.")
{
    public const int Number = 32;
}
