using Xunit;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Gantry.Domain;
using EventId = Microsoft.Extensions.Logging.EventId;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gantry.Router.Tests;

/// <summary>The real edge on a free port, and clients for it.</summary>
internal sealed class EdgeHost : IAsyncDisposable, IRequestLog
{
    public const string Host = "my-app.apps.localhost";

    private readonly IHost _host;

    private EdgeHost(Action<RouterOptions> configure)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddProvider(Errors);
        builder.Services.AddSingleton<IRequestLog>(this);
        builder.Services.AddEdgeRouter(o =>
        {
            o.Listen = "127.0.0.1:0";
            o.StopTimeout = TimeSpan.FromSeconds(1);
            configure(o);
        });
        _host = builder.Build();
        Client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) => await ConnectAsync(token),
            AllowAutoRedirect = false,
            UseCookies = false,
        }) { BaseAddress = new Uri($"http://{Host}/") };
    }

    public HttpClient Client { get; }

    public IRouteTable Table => _host.Services.GetRequiredService<IRouteTable>();

    public ConcurrentQueue<string> Lines { get; } = [];

    public ErrorCollector Errors { get; } = new();

    public static async Task<EdgeHost> StartAsync(Action<RouterOptions>? configure = null)
    {
        var edge = new EdgeHost(configure ?? (_ => { }));
        await edge._host.StartAsync(TestContext.Current.CancellationToken);
        return edge;
    }

    public static RouteTarget Target(string id, int port) => new(new ContainerId(id), "web-1", "127.0.0.1", port);

    public void Route(params int[] ports) => Route(r => r, ports);

    public void Route(Func<AppRoute, AppRoute> change, params int[] ports) =>
        Route(change, [.. ports.Select((port, i) => Target($"c-{port}", port) with { Label = $"web-{i + 1}" })]);

    public void Route(Func<AppRoute, AppRoute> change, params RouteTarget[] targets)
    {
        var route = new AppRoute(new AppId("ap-1"), "my-app", targets, false, false, false, false, "v1");
        Table.Swap(new RouteTableModel(new Dictionary<string, AppRoute> { [Host] = change(route) }));
    }

    public async Task<Stream> ConnectAsync(CancellationToken token)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(_host.Services.GetRequiredService<IEdge>().EndPoint, token);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Sends bytes as they are; what comes back until the edge closes.</summary>
    public async Task<string> RawAsync(string request)
    {
        await using var stream = await ConnectAsync(TestContext.Current.CancellationToken);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20));
    }

    public Task<HttpResponseMessage> GetAsync(string path = "/") => Client.GetAsync(path, TestContext.Current.CancellationToken);

    public void Write(AppId app, string line) => Lines.Enqueue(line);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }

    /// <summary>Unhandled exceptions of the edge would only show as 500; the tests want to know.</summary>
    internal sealed class ErrorCollector : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Messages { get; } = [];
        public ILogger CreateLogger(string categoryName) => this;
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                Messages.Enqueue(formatter(state, exception) + exception);
        }

        public void Dispose() { }
    }
}
