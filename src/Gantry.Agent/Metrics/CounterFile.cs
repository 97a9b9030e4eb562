using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Agent.Metrics;

/// <summary>A file of the kernel that is kept open and read again from its start: one system call, nothing allocated.</summary>
internal sealed class CounterFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    private CounterFile(SafeFileHandle handle) => _handle = handle;

    /// <returns>Null when this kernel does not have it.</returns>
    public static CounterFile? TryOpen(string path) =>
        File.Exists(path) ? new CounterFile(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite)) : null;

    /// <exception cref="IOException">What it counted is gone.</exception>
    public ReadOnlySpan<byte> Read(Span<byte> buffer) => buffer[..RandomAccess.Read(_handle, buffer, 0)];

    public long Number(Span<byte> buffer) => CounterText.Number(Read(buffer));

    public void Dispose() => _handle.Dispose();
}

/// <summary>Finds numbers in what the kernel writes.</summary>
internal static class CounterText
{
    /// <summary>The number at the start, behind blanks; 0 when there is none (<c>max</c>).</summary>
    public static long Number(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text.TrimStart((byte)' '), out long value, out _) ? value : 0;

    /// <summary>The value of a line <c>name value</c>; 0 when there is no such line.</summary>
    public static long Field(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        foreach (var range in text.Split((byte)'\n'))
            if (text[range] is var line && line.Length > name.Length && line[name.Length] == ' ' && line.StartsWith(name))
                return Number(line[name.Length..]);
        return 0;
    }

    /// <summary>The sum of the numbers that follow a word, wherever it stands: over all devices of <c>io.stat</c>.</summary>
    public static long SumAfter(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word)
    {
        var sum = 0L;
        for (var at = text.IndexOf(word); at >= 0; at = text.IndexOf(word))
        {
            text = text[(at + word.Length)..];
            sum += Number(text);
        }

        return sum;
    }
}
