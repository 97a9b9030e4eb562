using System.Net;
using Gantry.Router.Answers;
using Gantry.Router.Forwarding;
using Gantry.Router.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Gantry.Router.Edge;

/// <summary>What happens to a request: find the app, check, choose a container, forward, log.</summary>
internal sealed class EdgePipeline(
    RouteTable table, IHttpForwarder forwarder, IOptions<RouterOptions> routerOptions, TimeProvider time, IEnumerable<IRequestLog> logs,
    IEnumerable<IRequestMeter> meters)
{
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);

    private readonly RouterOptions _options = routerOptions.Value;
    private readonly IRequestLog? _log = logs.LastOrDefault();
    private readonly IRequestMeter? _meter = meters.LastOrDefault();
    private readonly ForwarderRequestConfig _config = new()
    {
        ActivityTimeout = routerOptions.Value.IdleTimeout,
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    public Exchange CreateExchange() => new(_options, time);

    public async Task HandleAsync(Exchange exchange)
    {
        // After a restart requests come in before the routes are known: they wait instead of failing.
        if (!table.First.IsCompleted && !await WaitForRoutesAsync(exchange))
            return;
        await table.Current();
        var app = table.Find(exchange.Http.Request.Headers.Host.ToString());
        if (app is null)
        {
            await AnswerAsync(exchange, EdgeError.UnknownHost);
            return;
        }
        exchange.UseApp(app);
        try
        {
            await HandleAsync(exchange, app);
        }
        finally
        {
            _meter?.Count(app.Route.AppId, exchange.LoggedStatus ?? exchange.Http.Response.StatusCode, time.GetElapsedTime(exchange.StartedAt));
            if (app.Route.RouterLogs)
                _log?.Write(app.Route.AppId, RequestLogLine.Of(exchange, time.GetElapsedTime(exchange.StartedAt)));
        }
    }

    private async Task<bool> WaitForRoutesAsync(Exchange exchange)
    {
        try
        {
            await table.First.WaitAsync(_options.FirstByteTimeout, time, exchange.Http.RequestAborted);
            return true;
        }
        catch (TimeoutException)
        {
            await AnswerAsync(exchange, EdgeError.Starting);
        }
        catch (OperationCanceledException)
        {
            // The client did not wait.
        }
        return false;
    }

    private async Task HandleAsync(Exchange exchange, AppModel app)
    {
        if (Check(exchange, app) is { } error)
        {
            await AnswerAsync(exchange, error);
            return;
        }
        if (app.Route.ForceHttps && !exchange.Client.IsHttps && _options.HttpsPort is { } port)
        {
            HttpsRedirect.Write(exchange.Http, port);
            return;
        }
        if (!app.State.TryBegin(app.Targets.Length * (_options.ConcurrencyPerContainer + _options.QueuePerContainer)))
        {
            await AnswerAsync(exchange, EdgeError.QueueFull);
            return;
        }
        exchange.Admitted(app);
        try
        {
            if (await ForwardAsync(exchange, app) is { } failed)
                await AnswerAsync(exchange, failed);
        }
        finally
        {
            exchange.StopWaiting();
        }
    }

    private EdgeError? Check(Exchange exchange, AppModel app)
    {
        var headers = exchange.Http.Request.Headers;
        if (RequestHeaders.FindTooLong(headers, _options.MaxHeaderBytes) is not null)
            return EdgeError.HeaderTooLarge;
        if (headers.TransferEncoding.Count > 0 && (headers.ContentLength is not null || headers.ContainsKey("X-Content-Length")))
            return EdgeError.AmbiguousLength;
        if (headers.ContentLength > _options.MaxBodyBytes)
            return EdgeError.BodyTooLarge;
        if (app.Route.Stopped)
            return EdgeError.Stopped;
        return app.Targets.Length == 0 ? EdgeError.NotReady : null;
    }

    private async Task<EdgeError?> ForwardAsync(Exchange exchange, AppModel app)
    {
        for (var attempt = 1; ; attempt++)
        {
            // A swap under way may have retired the choice; the new table has another.
            if (!TryChoose(exchange, ref app, out var target))
                return EdgeError.AllQuarantined;
            ForwarderError error;
            try
            {
                exchange.UseTarget(target!);
                error = await forwarder.SendAsync(exchange.Http, target!.Prefix, target.Invoker, _config, exchange, exchange.FirstByteToken);
            }
            finally
            {
                target!.Leave();
            }
            if (error == ForwarderError.None)
                return null;
            var failure = Judge(exchange, app, target, error);
            if (exchange.IsAnswered || !failure.AllowsRetry(exchange.Http, exchange.BodyTouched, attempt))
                return ErrorOf(exchange, error);
            exchange.Http.Response.Clear();
            exchange.Http.Features.Set<IForwarderErrorFeature>(null);
        }
    }

    private bool TryChoose(Exchange exchange, ref AppModel app, out TargetState? target)
    {
        while (true)
        {
            var cookie = app.Route.StickySession ? exchange.Http.Request.Cookies[StickyCookie.Name] : null;
            target = app.PickSticky(cookie) ?? app.PickNext(Now());
            if (target is null)
                return false;
            if (target.TryEnter())
                return true;
            if (table.Find(exchange.Http.Request.Headers.Host.ToString()) is not { } now || now.Route.AppId != app.Route.AppId)
                return false;
            app = now;
            exchange.UseApp(now);
        }
    }

    private UpstreamFailure Judge(Exchange exchange, AppModel app, TargetState target, ForwarderError error)
    {
        if (exchange.Http.RequestAborted.IsCancellationRequested || exchange.FirstByteTimedOut)
            return UpstreamFailure.None;
        var failure = UpstreamFailures.Of(error, exchange.Http.Features.Get<IForwarderErrorFeature>()?.Exception);
        // A container that still accepts connections stays in service when it is the last: a try beats no answer.
        if (failure == UpstreamFailure.NotConnected || failure != UpstreamFailure.None && app.HasOther(target))
            target.Quarantine.Failed(Now());
        return failure;
    }

    private EdgeError? ErrorOf(Exchange exchange, ForwarderError error)
    {
        var http = exchange.Http;
        if (http.RequestAborted.IsCancellationRequested && !(exchange.IsAnswered && http.Response.StatusCode == StatusCodes.Status101SwitchingProtocols))
        {
            exchange.LoggedStatus = StatusCodes.Status499ClientClosedRequest;
            return null;
        }
        if (http.Response.HasStarted || exchange.IsAnswered && error is ForwarderError.RequestBodyCanceled or ForwarderError.RequestBodyClient && http.Response.StatusCode < 400)
            return null;
        if (error == ForwarderError.RequestBodyClient)
            return OfBody(http.Response.StatusCode);
        if (exchange.FirstByteTimedOut)
            return EdgeError.Timeout;
        if (error == ForwarderError.RequestTimedOut)
            return exchange.BodyUnfinished && exchange.BodyTouched ? EdgeError.BodyTimeout : EdgeError.Timeout;
        return EdgeError.BadGateway;
    }

    private static EdgeError OfBody(int status) => status switch
    {
        StatusCodes.Status413PayloadTooLarge => EdgeError.BodyTooLarge,
        StatusCodes.Status408RequestTimeout => EdgeError.BodyTimeout,
        _ => EdgeError.BadBody,
    };

    private static async Task AnswerAsync(Exchange exchange, EdgeError error)
    {
        exchange.ErrorCode = error.Code;
        // What is left of a body that nobody wants must not be taken for the next request.
        var close = error.Status is 400 or 408 or 413 or 431 || exchange.BodyUnfinished;
        await ErrorAnswer.WriteAsync(exchange.Http, error, exchange.RequestId, close);
        if (exchange.BodyUnfinished)
            await exchange.Body!.DrainAsync(DrainTime, exchange.Http.RequestAborted);
    }

    private long Now() => time.GetTimestamp() / (time.TimestampFrequency / 1000);
}
