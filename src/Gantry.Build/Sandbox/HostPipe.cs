using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Build.Sandbox;

/// <summary>
/// A named pipe from a build to the host. The host holds a writing end too, so that it reads no end before the first
/// writer comes; once that is closed and all writers are gone, what is left is read and then the end.
/// </summary>
internal sealed class HostPipe : IAsyncDisposable
{
    private readonly SafeFileHandle _writingEnd;

    public HostPipe(string path)
    {
        Native.MakePipe(path);
        _writingEnd = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using var reading = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Reader = new AnonymousPipeClientStream(PipeDirection.In, new SafePipeHandle(reading.DangerousGetHandle(), ownsHandle: true));
        reading.SetHandleAsInvalid();
    }

    public Stream Reader { get; }

    /// <summary>Call it when the build is over.</summary>
    public void CloseWritingEnd() => _writingEnd.Dispose();

    public async ValueTask DisposeAsync()
    {
        _writingEnd.Dispose();
        await Reader.DisposeAsync();
    }
}
