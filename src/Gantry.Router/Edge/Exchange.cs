using System.Globalization;
using Gantry.Router.Forwarding;
using Gantry.Router.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Gantry.Router.Edge;

/// <summary>
/// One request with its answer. A client connection has one exchange that serves its requests one after the other, so
/// that a request allocates next to nothing; that is also why it is the transformer itself.
/// </summary>
internal sealed class Exchange(RouterOptions options, TimeProvider time) : HttpTransformer
{
    private CancellationTokenSource _firstByte = new();
    private RequestBody? _body;
    private CountingStream? _counted;

    public DefaultHttpContext Http { get; } = new();

    public ClientInfo Client { get; } = new(options);

    public AppModel? App { get; private set; }

    public TargetState? Target { get; private set; }

    public string RequestId { get; private set; } = "";

    public long StartedAt { get; private set; }

    /// <summary>True once a container has begun to answer.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>Code of the error the edge itself answered with; null for answers of containers.</summary>
    public string? ErrorCode { get; set; }

    /// <summary>Status for the log when it is not the one of the answer (499).</summary>
    public int? LoggedStatus { get; set; }

    public bool BodyTouched => _body?.IsTouched == true;

    public bool BodyUnfinished => _body is { HasEnded: false };

    public RequestBody? Body => _body;

    public long BytesSent => _counted?.Count ?? 0;

    public CancellationToken FirstByteToken => _firstByte.Token;

    public bool FirstByteTimedOut => _firstByte.IsCancellationRequested;

    private bool WaitsForApp { get; set; }

    public void Begin(IFeatureCollection features)
    {
        Http.Initialize(features);
        (App, Target, _body, _counted, ErrorCode, LoggedStatus) = (null, null, null, null, null, null);
        (IsAnswered, WaitsForApp) = (false, false);
        StartedAt = time.GetTimestamp();
        Client.Read(Http);
        RequestId = Forwarding.RequestId.Of(Http.Request.Headers["X-Request-ID"]);
        if (Http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
            Http.Request.Body = _body = new RequestBody(Http.Request.Body, options.MaxBodyBytes, StartFirstByteTimer);
    }

    public void End()
    {
        Http.Uninitialize();
        (App, Target, _body, _counted) = (null, null, null, null);
    }

    /// <summary>The app's counter of unanswered requests was raised for this one.</summary>
    public void Admitted(AppModel app)
    {
        App = app;
        WaitsForApp = true;
        if (app.Route.RouterLogs)
            Http.Response.Body = _counted = new CountingStream(Http.Response.Body);
    }

    /// <summary>Next attempt, on this container.</summary>
    public void UseTarget(TargetState target)
    {
        Target = target;
        if (!_firstByte.TryReset())
        {
            _firstByte.Dispose();
            _firstByte = new CancellationTokenSource();
        }
        // With a body the clock starts when the client has sent it all.
        if (!BodyUnfinished)
            StartFirstByteTimer();
    }

    /// <summary>The request waits no longer; safe to call again.</summary>
    public void StopWaiting()
    {
        _firstByte.CancelAfter(Timeout.InfiniteTimeSpan);
        if (!WaitsForApp)
            return;
        WaitsForApp = false;
        App!.State.Answered();
    }

    public void UseApp(AppModel app) => App = app;

    public override ValueTask TransformRequestAsync(HttpContext http, HttpRequestMessage request, string prefix, CancellationToken token)
    {
        request.RequestUri = RequestTarget.Of(prefix, http);
        RequestHeaders.Copy(http.Request.Headers, request);
        var headers = request.Headers;
        headers.Host = http.Request.Headers.Host;
        headers.TryAddWithoutValidation("X-Real-IP", Client.Address);
        headers.TryAddWithoutValidation("X-Forwarded-For", Client.Address);
        headers.TryAddWithoutValidation("X-Forwarded-Proto", Client.IsHttps ? "https" : "http");
        headers.TryAddWithoutValidation("X-Forwarded-Port", Port());
        headers.TryAddWithoutValidation("X-Request-ID", RequestId);
        headers.TryAddWithoutValidation("X-Request-Start", Start());
        return ValueTask.CompletedTask;
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext http, HttpResponseMessage? response, CancellationToken token)
    {
        if (response is null)
            return true;
        IsAnswered = true;
        StopWaiting();
        Target!.Quarantine.Answered();
        await base.TransformResponseAsync(http, response, token);
        AddResponseHeaders(http.Response);
        // The forwarder sends headers with the first byte of the body; a stream of events may be silent for long.
        if (response.Content.Headers.ContentType?.MediaType == "text/event-stream")
            await http.Response.Body.FlushAsync(token);
        return true;
    }

    private void AddResponseHeaders(HttpResponse response)
    {
        var route = App!.Route;
        if (route.StickySession)
        {
            response.Headers.Append("Set-Cookie",
                $"{StickyCookie.Name}={App.StickyKey(Target!)}; Max-Age=86400; Path=/; HttpOnly{(Client.IsHttps ? "; Secure" : "")}");
        }
        if (route.ForceHttps && Client.IsHttps && options.HttpsPort is not null && response.Headers.StrictTransportSecurity.Count == 0)
            response.Headers.StrictTransportSecurity = "max-age=31536000";
    }

    private void StartFirstByteTimer() => _firstByte.CancelAfter(options.FirstByteTimeout);

    private string Port()
    {
        if (Client.IsHttps)
            return options.HttpsPort?.ToString(CultureInfo.InvariantCulture) ?? "443";
        var port = HostName.PortOf(Http.Request.Headers.Host.ToString());
        return port.Length == 0 ? "80" : port.ToString();
    }

    private string Start()
    {
        var ms = time.GetUtcNow().ToUnixTimeMilliseconds();
        return string.Create(CultureInfo.InvariantCulture, $"t={ms / 1000}.{ms % 1000:000}");
    }
}
