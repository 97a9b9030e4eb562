using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gantry.Cli.Tests.Support;

/// <summary>
/// A server that speaks the documented v1 API as far as a test tells it to: JSON answers, WebSockets, and the raw
/// <c>CONNECT</c> of attached one-offs on the same port. It remembers what it was asked.
/// </summary>
internal sealed class FakePlatform : IAsyncDisposable
{
    public const string Jwt = "aa.bb.cc";
    public const string ApiToken = "tk-us-test";

    private readonly ConcurrentDictionary<string, Func<Call, Answer>> _answers = new();
    private readonly ConcurrentDictionary<string, Func<WebSocket, Call, Task>> _sockets = new();
    private readonly ConcurrentQueue<Call> _calls = new();
    private WebApplication _web = null!;

    private FakePlatform()
    {
    }

    /// <summary>Serves the bytes of an attached one-off after the answer to <c>CONNECT</c>.</summary>
    public Func<Stream, Task>? Attach { get; set; }

    /// <summary>What follows <c>HTTP/1.1</c> in the answer to <c>CONNECT</c>.</summary>
    public string AttachHead { get; set; } = "200\r\n\r\n";

    public string AttachRequest { get; private set; } = "";

    public Uri Url { get; private set; } = null!;

    public IReadOnlyList<Call> Calls => [.. _calls];

    public static async Task<FakePlatform> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var platform = new FakePlatform();
        builder.WebHost.UseKestrel(k => k.Listen(IPAddress.Loopback, 0, l => platform.Listen(l)));
        platform._web = builder.Build();
        platform._web.UseWebSockets();
        platform._web.Run(platform.HandleAsync);
        await platform._web.StartAsync();
        platform.Url = new Uri(platform._web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        platform.On("POST", "/v1/tokens/exchange", 200, $$"""{"token":"{{Jwt}}"}""");
        platform.On("GET", "/v1/users/self", 200, """{"user":{"id":"us-1","username":"alice","fullname":"Alice","email":"alice@example.com","flags":{}}}""");
        return platform;
    }

    public void On(string method, string path, int status, string body, string? location = null) =>
        On(method, path, _ => new Answer(status, body, location));

    public void On(string method, string path, Func<Call, Answer> answer) => _answers[$"{method} {path}"] = answer;

    public void OnSocket(string path, Func<WebSocket, Call, Task> serve) => _sockets[path] = serve;

    public IReadOnlyList<Call> CallsTo(string method, string path) => [.. Calls.Where(c => c.Method == method && c.Path == path)];

    public Call CallTo(string method, string path) => Assert.Single(CallsTo(method, path));

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private void Listen(ListenOptions listen) => listen.Use(next => async connection =>
    {
        if (await StartsWithConnectAsync(connection.Transport.Input))
            await ServeAttachAsync(connection);
        else
            await next(connection);
    });

    private static async Task<bool> StartsWithConnectAsync(PipeReader input)
    {
        var read = await input.ReadAtLeastAsync(8);
        var isConnect = read.Buffer.Length >= 8 && Encoding.ASCII.GetString(read.Buffer.Slice(0, 8).ToArray()) == "CONNECT ";
        input.AdvanceTo(read.Buffer.Start);
        return isConnect;
    }

    private async Task ServeAttachAsync(ConnectionContext connection)
    {
        await using var stream = new DuplexStream(connection.Transport);
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one) == 1)
            head.Append((char)one[0]);
        AttachRequest = head.ToString();
        await stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 " + AttachHead));
        if (AttachHead.StartsWith("200", StringComparison.Ordinal) && Attach is { } serve)
            await serve(stream);
    }

    private async Task HandleAsync(HttpContext context)
    {
        var call = await Call.ReadAsync(context.Request);
        _calls.Enqueue(call);
        if (context.WebSockets.IsWebSocketRequest && _sockets.TryGetValue(call.Path, out var serve))
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await serve(socket, call);
            return;
        }

        var answer = _answers.TryGetValue($"{call.Method} {call.Path}", out var make) ? make(call) : new Answer(404, """{"resource":"","error":"the test has no such route"}""");
        context.Response.StatusCode = answer.Status;
        if (answer.Location is not null)
            context.Response.Headers.Location = answer.Location;
        if (answer.Status != 204)
            await context.Response.WriteAsync(answer.Body);
    }

    private sealed class DuplexStream(IDuplexPipe pipe) : Stream
    {
        private readonly Stream _input = pipe.Input.AsStream();
        private readonly Stream _output = pipe.Output.AsStream();

        public override bool CanRead => true;
        public override bool CanWrite => true;
        public override bool CanSeek => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _input.ReadAsync(buffer, cancellationToken);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await _output.WriteAsync(buffer, cancellationToken);
            await _output.FlushAsync(cancellationToken);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
