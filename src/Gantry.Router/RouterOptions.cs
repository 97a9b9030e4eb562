namespace Gantry.Router;

/// <summary>How the edge listens and what it allows. Sizes in bytes.</summary>
public sealed class RouterOptions
{
    /// <summary>Address and port for tenants' traffic; port 0 picks a free one, see <see cref="IEdge.EndPoint"/>.</summary>
    public string Listen { get; set; } = "127.0.0.1:8080";

    /// <summary>
    /// Port on which the front before this router serves TLS. While it is null, <c>force_https</c> has no effect:
    /// a redirect to a port that nobody serves would only break the app.
    /// </summary>
    public int? HttpsPort { get; set; }

    /// <summary>
    /// Addresses or CIDR ranges of fronts whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are believed.
    /// From everyone else they are replaced.
    /// </summary>
    public IList<string> TrustedProxies { get; } = [];

    /// <summary>How long a container may take to accept a connection before the next one is tried.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>From the end of the request to the first byte of the answer; then 504.</summary>
    public TimeSpan FirstByteTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest silence on a request, answer or WebSocket.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Larger request bodies get 413.</summary>
    public long MaxBodyBytes { get; set; } = 75L * 1024 * 1024;

    /// <summary>All request headers together; more gets 431.</summary>
    public int MaxHeadersBytes { get; set; } = 32 * 1024;

    /// <summary>One request header, name and value; more gets 431.</summary>
    public int MaxHeaderBytes { get; set; } = 8 * 1024;

    /// <summary>Requests that one container may be working on; what is above counts as queued.</summary>
    public int ConcurrencyPerContainer { get; set; } = 250;

    /// <summary>Requests that may be queued for each web container of an app; more gets 503.</summary>
    public int QueuePerContainer { get; set; } = 50;

    /// <summary>First pause before a container that broke a connection is tried again; doubles each time.</summary>
    public TimeSpan QuarantineBase { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest pause between two tries of a container in quarantine.</summary>
    public TimeSpan QuarantineMax { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long an idle connection to a container is kept. Shorter than the keep-alive of common servers (Node.js: 5 s),
    /// because a request body sent into a connection that the server closes at that moment cannot be sent again.
    /// </summary>
    public TimeSpan UpstreamIdleTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long requests under way may take when the router stops.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
