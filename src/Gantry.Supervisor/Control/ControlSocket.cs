using System.Net.Sockets;
using System.Text.Json;
using Gantry.Linux.Kernel;
using Gantry.Linux.Supervision;

namespace Gantry.Supervisor.Control;

/// <summary>Takes requests from the agent: one JSON object a line, over a socket that only root can open.</summary>
internal sealed class ControlSocket : IDisposable
{
    private readonly EventLoop _loop;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
    private readonly HashSet<ControlClient> _clients = [];
    private readonly string _path;

    public ControlSocket(EventLoop loop, string path)
    {
        (_loop, _path) = (loop, path);
        File.Delete(path);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _listener.Listen(64);
    }

    /// <summary>Answers one request; what it throws becomes the error of the reply.</summary>
    public Func<Request, Task<Reply>> Handler { get; set; } = _ => throw new InvalidOperationException("There is no handler.");

    public void Start() => _loop.Add((int)_listener.Handle, Accept);

    /// <summary>Tells all connected agents.</summary>
    public void Publish(ContainerRecord record)
    {
        var line = Line(new Reply { Number = 0, Container = record });
        foreach (var client in _clients.ToArray())
            client.Send(line);
    }

    public void Dispose()
    {
        _listener.Dispose();
        File.Delete(_path);
    }

    private void Accept()
    {
        var socket = _listener.Accept();
        socket.Blocking = false;
        var client = new ControlClient(_loop, socket, HandleLine, c => _clients.Remove(c));
        _clients.Add(client);
    }

    private async void HandleLine(ControlClient client, ReadOnlyMemory<byte> line)
    {
        var request = JsonSerializer.Deserialize(line.Span, MessagesJson.Default.Request)!;
        Reply reply;
        try
        {
            reply = await Handler(request) with { Number = request.Number };
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or KeyNotFoundException or UnauthorizedAccessException)
        {
            reply = new Reply { Number = request.Number, Error = e.Message, Transient = e is LinuxException };
        }
        client.Send(Line(reply));
    }

    private static byte[] Line(Reply reply) => [.. JsonSerializer.SerializeToUtf8Bytes(reply, MessagesJson.Default.Reply), (byte)'\n'];
}
