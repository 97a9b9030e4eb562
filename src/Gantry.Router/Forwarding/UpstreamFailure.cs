using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace Gantry.Router.Forwarding;

/// <summary>What a failed attempt says about the container.</summary>
internal enum UpstreamFailure
{
    /// <summary>The container is not to blame.</summary>
    None,
    /// <summary>No connection; the container got nothing of the request.</summary>
    NotConnected,
    /// <summary>The connection ended before the answer did.</summary>
    Broken,
    /// <summary>The answer is not HTTP.</summary>
    Invalid,
}

internal static class UpstreamFailures
{
    public static UpstreamFailure Of(ForwarderError error, Exception? exception) => error switch
    {
        ForwarderError.Request or ForwarderError.RequestBodyDestination or ForwarderError.ResponseHeaders => Of(exception),
        // The connect time limit shows up as a cancellation that holds a TimeoutException.
        ForwarderError.RequestTimedOut when exception is OperationCanceledException { InnerException: TimeoutException } => UpstreamFailure.NotConnected,
        ForwarderError.ResponseBodyDestination => UpstreamFailure.Broken,
        _ => UpstreamFailure.None,
    };

    private static UpstreamFailure Of(Exception? exception) => exception switch
    {
        // Disposed: the container left the table between choice and use.
        ObjectDisposedException => UpstreamFailure.NotConnected,
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => UpstreamFailure.NotConnected,
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } => UpstreamFailure.Invalid,
        _ => UpstreamFailure.Broken,
    };

    /// <summary>
    /// A request that reached nobody may go to another container. One that may have been read only if it can be done
    /// twice and nothing of its body is gone.
    /// </summary>
    public static bool AllowsRetry(this UpstreamFailure failure, HttpContext http, bool bodyTouched, int attempts) => failure switch
    {
        UpstreamFailure.NotConnected => !bodyTouched && attempts < 4,
        UpstreamFailure.Broken => !bodyTouched && attempts < 2 && IsSafe(http.Request.Method),
        _ => false,
    };

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);
}
