using System.Diagnostics;
using System.Text;

namespace Gantry.LogThroughput;

/// <summary>The process that is measured: it writes numbered lines of one length, as fast as it is let.</summary>
internal static class LineWriter
{
    public const int LineBytes = 100;

    public static Process Start(string fifo, long lines, int perWrite) => Process.Start(
        "sh", ["-c", $"exec '{Environment.ProcessPath}' write {lines} {perWrite} > '{fifo}'"]);

    public static void Write(long lines, int perWrite)
    {
        using var output = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        var block = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(new string('x', LineBytes - 1) + "\n", perWrite)));
        for (; lines > 0; lines -= perWrite) output.Write(block.AsSpan(0, (int)Math.Min(lines, perWrite) * LineBytes));
    }
}
