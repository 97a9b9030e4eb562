using System.Net.Sockets;
using Gantry.Linux.Supervision;
using Microsoft.Extensions.Logging;

namespace Gantry.Agent.Runtime.Native;

/// <summary>
/// The connection to the supervisor. It is made when first needed, starts the supervisor if there is none, and is made
/// again when lost; every request can be repeated, so callers do not notice.
/// </summary>
internal sealed partial class SupervisorLink(SupervisorLauncher launcher, ILogger<SupervisorLink> logger) : IAsyncDisposable
{
    private const int Attempts = 3;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(15);
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private volatile SupervisorConnection? _connection;
    private long _number;

    /// <summary>Status changes as the supervisor tells them.</summary>
    public event Action<ContainerRecord>? Changed;

    /// <summary>All containers, after each new connection: changes may have been missed before.</summary>
    public event Action<IReadOnlyList<ContainerRecord>>? Connected;

    public async Task<Reply> CallAsync(Request request, CancellationToken token)
    {
        for (var attempt = 1; ; attempt++)
        {
            var connection = await ConnectAsync(token);
            try
            {
                return Checked(await connection.CallAsync(request with { Number = Interlocked.Increment(ref _number) }, token));
            }
            catch (IOException e) when (attempt < Attempts)
            {
                Log.Lost(logger, request.Operation, e.Message);
                // Its end may not have been read yet, and the next attempt would take it for one that is open.
                await connection.DisposeAsync();
            }
            catch (IOException e)
            {
                throw new RuntimeException($"The supervisor of this host went away while asked to {request.Operation}: {e.Message}", true, e);
            }
        }
    }

    /// <summary>Completes when the connection is lost.</summary>
    public async Task WaitForLossAsync(CancellationToken token) => await (await ConnectAsync(token)).Closed.WaitAsync(token);

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync();
    }

    internal static Reply Checked(Reply reply) => reply.Error is null ? reply : throw new RuntimeException(reply.Error, reply.Transient);

    private async Task<SupervisorConnection> ConnectAsync(CancellationToken token)
    {
        if (_connection is { Closed.IsCompleted: false } open)
            return open;
        await _connecting.WaitAsync(token);
        try
        {
            if (_connection is { Closed.IsCompleted: false } meanwhile)
                return meanwhile;
            var connection = await OpenAsync(token);
            var list = await connection.CallAsync(new Request { Number = Interlocked.Increment(ref _number), Operation = Operations.List }, token);
            _connection = connection;
            Connected?.Invoke(list.Containers!);
            return connection;
        }
        finally
        {
            _connecting.Release();
        }
    }

    private async Task<SupervisorConnection> OpenAsync(CancellationToken token)
    {
        var connection = await TryOpenAsync(token);
        if (connection is not null && await IsCurrentAsync(connection, token))
            return connection;
        await launcher.LaunchAsync(token);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(token);
        deadline.CancelAfter(_patience);
        while ((connection = await TryOpenAsync(token)) is null)
        {
            if (deadline.IsCancellationRequested)
                throw new RuntimeException($"The supervisor did not start within {_patience.TotalSeconds:0} s: {launcher.Complaint()}", true);
            await Task.Delay(10, token);
        }
        return connection;
    }

    private async Task<SupervisorConnection?> TryOpenAsync(CancellationToken token)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(launcher.Settings.ControlSocket), token);
            return new SupervisorConnection(socket, record => Changed?.Invoke(record));
        }
        catch (SocketException)
        {
            // Nobody listens (yet): the caller starts it or waits.
            socket.Dispose();
            return null;
        }
    }

    /// <summary>False after it told a supervisor of another version to end; containers live on for its successor.</summary>
    private async Task<bool> IsCurrentAsync(SupervisorConnection connection, CancellationToken token)
    {
        try
        {
            var hello = await connection.CallAsync(new Request { Number = Interlocked.Increment(ref _number), Operation = Operations.Hello }, token);
            if (hello.Host?.Version == launcher.Settings.Version)
                return true;
            Log.Replaced(logger, hello.Host?.Version ?? "unknown", launcher.Settings.Version);
            await connection.CallAsync(new Request { Number = Interlocked.Increment(ref _number), Operation = Operations.Exit }, token);
            await connection.Closed.WaitAsync(_patience, token);
        }
        catch (IOException)
        {
            // It was about to end anyway; a new one follows.
            return false;
        }
        return false;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The connection to the supervisor was lost during '{Operation}', connecting again: {Error}")]
        public static partial void Lost(ILogger logger, string operation, string error);

        [LoggerMessage(LogLevel.Information, "Replacing the supervisor of version {Old} by {New}; containers keep running")]
        public static partial void Replaced(ILogger logger, string old, string @new);
    }
}
