using System.Net.Sockets;
using Gantry.Linux.Kernel;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Agent.Runtime.Native;

/// <summary>A socket to which crun passes the terminal of one container.</summary>
internal sealed class TerminalReceiver : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public TerminalReceiver(string directory)
    {
        Path = System.IO.Path.Combine(directory, $"tty-{Guid.NewGuid():N}.sock");
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _listener.Listen(1);
    }

    public string Path { get; }

    public async Task<SafeFileHandle> ReceiveAsync(CancellationToken token)
    {
        using var connection = await _listener.AcceptAsync(token);
        // The message is on its way when crun has connected, and the kernel delivers it whole.
        connection.Blocking = true;
        return await Task.Run(() => PassedDescriptor.Receive(connection.SafeHandle), token);
    }

    public void Dispose()
    {
        _listener.Dispose();
        File.Delete(Path);
    }
}
