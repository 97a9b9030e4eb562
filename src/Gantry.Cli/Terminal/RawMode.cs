using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Gantry.Cli.Terminal;

/// <summary>
/// Puts a terminal into raw mode and back: every key, Ctrl-C included, becomes a byte for the other side. The old
/// settings return on <see cref="Dispose"/> and, should the process end on another path, when it exits.
/// </summary>
internal sealed unsafe class RawMode : IDisposable
{
    private readonly int _descriptor;
    private readonly byte[] _before = new byte[Libc.TermiosSize];
    private bool _restored;

    private RawMode(int descriptor) => _descriptor = descriptor;

    public static RawMode Enter(int descriptor)
    {
        var mode = new RawMode(descriptor);
        var raw = stackalloc byte[Libc.TermiosSize];
        fixed (byte* before = mode._before)
        {
            Check(Libc.tcgetattr(descriptor, before));
            new Span<byte>(before, Libc.TermiosSize).CopyTo(new Span<byte>(raw, Libc.TermiosSize));
        }

        Libc.cfmakeraw(raw);
        AppDomain.CurrentDomain.ProcessExit += mode.OnExit;
        Check(Libc.tcsetattr(descriptor, Libc.TcsaNow, raw));
        return mode;
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        Restore();
    }

    private static void Check(int result)
    {
        if (result != 0)
            throw new CliError(ExitCode.BadInput, $"The terminal cannot be put into raw mode: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.",
                "Give the input through a pipe: echo '…' | gantry run COMMAND");
    }

    private void OnExit(object? sender, EventArgs e) => Restore();

    private void Restore()
    {
        if (_restored)
            return;
        _restored = true;
        fixed (byte* before = _before)
            // The result is of no use here: there is no terminal left to tell.
            _ = Libc.tcsetattr(_descriptor, Libc.TcsaNow, before);
    }
}
