using System.Net;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Router.Edge;

/// <summary>The listener for tenants' traffic: a Kestrel of its own, apart from the one of the API.</summary>
internal sealed partial class EdgeServer(
    IOptions<RouterOptions> options, EdgePipeline pipeline, IServiceProvider services, ILoggerFactory loggers, ILogger<EdgeServer> logger)
    : IHostedService, IEdge, IDisposable
{
    private KestrelServer? _server;
    private IPEndPoint? _endPoint;

    public IPEndPoint EndPoint => _endPoint ?? throw new InvalidOperationException("The edge has not started yet; start the host first.");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Listen.Length == 0)
            return;
        if (!IPEndPoint.TryParse(options.Value.Listen, out var listen))
            throw new FormatException($"The router cannot listen on '{options.Value.Listen}': expected address:port such as 127.0.0.1:8080.");
        var kestrel = Configure(listen, options.Value);
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers);
        _server = new KestrelServer(Options.Create(kestrel), transport, loggers);
        await _server.StartAsync(new EdgeApplication(pipeline), cancellationToken);
        var address = new Uri(_server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
        _endPoint = new IPEndPoint(listen.Address, address.Port);
        Log.Listening(logger, _endPoint);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_server is null)
            return;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Value.StopTimeout);
        await _server.StopAsync(limit.Token);
    }

    public void Dispose() => _server?.Dispose();

    private KestrelServerOptions Configure(IPEndPoint listen, RouterOptions router)
    {
        var kestrel = new KestrelServerOptions
        {
            ApplicationServices = services,
            AddServerHeader = false,
            // Bytes of header values pass unchanged, whatever their encoding.
            RequestHeaderEncodingSelector = static _ => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static _ => Encoding.Latin1,
        };
        // Kept by the request body of the pipeline.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MaxRequestHeadersTotalSize = router.MaxHeadersBytes;
        // A follower of many containers' logs names a position in each of them.
        kestrel.Limits.MaxRequestLineSize = router.MaxHeadersBytes;
        kestrel.Limits.MaxRequestHeaderCount = 200;
        // Streams may be slow on purpose: silence ends them (the idle time limit), not a low rate.
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(75);
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        kestrel.Listen(listen, endpoint => endpoint.Protocols = HttpProtocols.Http1);
        return kestrel;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Edge listens on {EndPoint}")]
        public static partial void Listening(ILogger logger, IPEndPoint endPoint);
    }
}
