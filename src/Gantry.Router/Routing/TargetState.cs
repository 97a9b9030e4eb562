using System.Net;
using System.Net.Sockets;
using System.Text;
using Gantry.Router.Forwarding;

namespace Gantry.Router.Routing;

/// <summary>One container for as long as it is routed to or still has requests under way.</summary>
internal sealed class TargetState : IDisposable
{
    private readonly Lazy<HttpMessageInvoker> _invoker;
    private readonly Action<TargetState> _drained;
    private int _inFlight;
    private int _retired;
    private int _disposed;

    public TargetState(RouteTarget target, RouterOptions options, Action<TargetState> drained)
    {
        Target = target;
        _drained = drained;
        var address = new IPEndPoint(IPAddress.Parse(target.Address), target.Port);
        Prefix = "http://" + address;
        Quarantine = new Quarantine(options);
        // Most of a hundred thousand containers are not asked anything for hours.
        _invoker = new(() => new HttpMessageInvoker(new StreamedUpload(CreateHandler(address, options))));
    }

    public RouteTarget Target { get; }

    /// <summary>Scheme, address and port, without a slash at the end.</summary>
    public string Prefix { get; }

    public HttpMessageInvoker Invoker => _invoker.Value;

    public Quarantine Quarantine { get; }

    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>How many routes of the table in use name it. Of whoever swaps the table.</summary>
    public int Routes { get; set; }

    /// <summary>
    /// Counts a request in. False when the container has left the table: the count goes up before that is read, so
    /// whoever retires the target either turns this request away or sees it in <see cref="InFlight"/>.
    /// </summary>
    public bool TryEnter()
    {
        Interlocked.Increment(ref _inFlight);
        if (Volatile.Read(ref _retired) == 0)
            return true;
        Leave();
        return false;
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref _inFlight) == 0 && Volatile.Read(ref _retired) != 0)
            Dispose();
    }

    /// <summary>No request enters any more. Idle connections close once the last request has left.</summary>
    public void Retire()
    {
        Interlocked.Exchange(ref _retired, 1);
        if (InFlight == 0)
            Dispose();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        if (_invoker.IsValueCreated)
            _invoker.Value.Dispose();
        _drained(this);
    }

    private static SocketsHttpHandler CreateHandler(IPEndPoint address, RouterOptions options) => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = options.ConnectTimeout,
        PooledConnectionIdleTimeout = options.UpstreamIdleTimeout,
        MaxResponseHeadersLength = 64,
        // Bytes of header values pass unchanged, whatever their encoding.
        RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        ConnectCallback = (_, token) => ConnectAsync(address, token),
    };

    private static async ValueTask<Stream> ConnectAsync(IPEndPoint address, CancellationToken token)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, token).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
