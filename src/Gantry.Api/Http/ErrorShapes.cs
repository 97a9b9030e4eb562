using Gantry.Agent.Runtime;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Http;

/// <summary>
/// Every failure leaves as JSON in the contract's shape: unknown addresses, wrong verbs, broken bodies and our own
/// faults. Endpoints that are not of this API (a dashboard) are left alone.
/// </summary>
internal sealed partial class ErrorShapes(RequestDelegate next, IOptions<ApiOptions> options, ILogger<ErrorShapes> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (IsOurs(context) && IsBareError(context.Response))
                await Bare(context).ExecuteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            Log.ClientGone(logger, context.Request.Method, context.Request.Path);
        }
        catch (Exception e) when (IsOurs(context) && !context.Response.HasStarted)
        {
            context.Response.Headers.ContentLength = null;
            await Explain(context, e).ExecuteAsync(context);
        }
    }

    private static bool IsOurs(HttpContext context) =>
        context.GetEndpoint() is not RouteEndpoint endpoint || endpoint.Metadata.GetMetadata<ApiEndpoint>() is not null;

    private static bool IsBareError(HttpResponse response) =>
        response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null };

    private static IResult Bare(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => Reply.NotFound("", $"There is nothing at {context.Request.Path}; see /docs for what there is."),
        StatusCodes.Status405MethodNotAllowed => Reply.Error(
            StatusCodes.Status405MethodNotAllowed,
            $"{context.Request.Method} is not possible at {context.Request.Path}; allowed: {context.Response.Headers.Allow}.",
            "method_not_allowed"),
        var status => Reply.Error(status, $"The request was refused with status {status}."),
    };

    private IResult Explain(HttpContext context, Exception e)
    {
        switch (e)
        {
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return Reply.Error(StatusCodes.Status413PayloadTooLarge, TooLarge(context), "body_too_large");
            case BadHttpRequestException bad:
                return Reply.Error(bad.StatusCode, bad.Message, "bad_request");
            case OperationCanceledException:
                return Reply.Error(StatusCodes.Status503ServiceUnavailable, "The server is stopping: try again in a moment.", "unavailable");
            case RuntimeException { IsTransient: true }:
                Log.HostFailed(logger, e, context.TraceIdentifier);
                return Reply.Error(StatusCodes.Status503ServiceUnavailable, $"The host is busy: {e.Message} Try again.", "unavailable");
            case StoreException { IsTransient: true }:
                Log.RecordsFailed(logger, e, context.TraceIdentifier);
                return Reply.Error(StatusCodes.Status503ServiceUnavailable, RecordsAway(context), "unavailable");
            default:
                Log.Failed(logger, e, context.Request.Method, context.Request.Path, context.TraceIdentifier);
                return Reply.Error(
                    StatusCodes.Status500InternalServerError,
                    $"The platform failed on this request. Try again, and if it stays, give the operator the request id {context.TraceIdentifier}.",
                    "internal_error");
        }
    }

    /// <summary>Without the exception's own words, which name the operator's servers. A change may have been recorded all the same.</summary>
    private static string RecordsAway(HttpContext context) =>
        $"The platform cannot reach its records at the moment; apps go on serving. Try again in a minute, and look first whether a change you asked for is there. The operator finds the reason by the request id {context.TraceIdentifier}.";

    private string TooLarge(HttpContext context)
    {
        var limit = context.GetEndpoint()?.Metadata.GetMetadata<BodyLimit>()?.Bytes ?? options.Value.MaxBodyBytes;
        return $"The body is larger than the limit of {limit} bytes.";
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "The client left during {Method} {Path}.")]
        public static partial void ClientGone(ILogger logger, string method, string path);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The host failed on request {RequestId}; it may succeed later.")]
        public static partial void HostFailed(ILogger logger, Exception e, string requestId);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The records failed on request {RequestId}; it may succeed later.")]
        public static partial void RecordsFailed(ILogger logger, Exception e, string requestId);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed; request {RequestId}.")]
        public static partial void Failed(ILogger logger, Exception e, string method, string path, string requestId);
    }
}
