using System.Text;

namespace Gantry.Build.Sandbox;

/// <summary>Passes a build's output on up to a limit; of what comes after, it keeps the end.</summary>
internal sealed class BoundedOutput(IBuildOutput output, long maxBytes)
{
    private const int TailBytes = 64 * 1024;

    private readonly Decoder _decoder = new UTF8Encoding(false).GetDecoder();
    private readonly char[] _chars = new char[64 * 1024 + 8];
    private readonly byte[] _tail = new byte[TailBytes];
    private long _passed;
    private long _dropped;

    public async Task CopyFromAsync(Stream stream, CancellationToken token)
    {
        var buffer = new byte[64 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, token)) > 0;)
            await TakeAsync(buffer.AsMemory(0, read), token);
        await FinishAsync(token);
    }

    private async Task TakeAsync(ReadOnlyMemory<byte> bytes, CancellationToken token)
    {
        var pass = (int)Math.Min(bytes.Length, maxBytes - _passed);
        await PassAsync(bytes[..pass], token);
        _passed += pass;
        if (pass == bytes.Length)
            return;
        if (_dropped == 0)
            await output.WriteAsync($"\n !     The output is longer than {maxBytes / 1024} KiB; only its end is shown once the build is over.\n", token);
        Keep(bytes.Span[pass..]);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
            _tail[_dropped++ % TailBytes] = b;
    }

    private async Task FinishAsync(CancellationToken token)
    {
        if (_dropped == 0)
            return;
        if (_dropped > TailBytes)
            await output.WriteAsync($" !     {_dropped - TailBytes} bytes of output are left out here.\n", token);
        var start = (int)Math.Max(0, _dropped - TailBytes);
        var kept = (int)Math.Min(_dropped, TailBytes);
        var tail = new byte[kept];
        for (var i = 0; i < kept; i++)
            tail[i] = _tail[(start + (long)i) % TailBytes];
        await PassAsync(tail, token);
    }

    private async Task PassAsync(ReadOnlyMemory<byte> bytes, CancellationToken token)
    {
        var count = _decoder.GetChars(bytes.Span, _chars, flush: false);
        if (count > 0)
            await output.WriteAsync(new string(_chars, 0, count).Replace('\0', ' '), token);
    }
}
