namespace Gantry.Router.Answers;

/// <summary>An answer of the edge itself.</summary>
/// <param name="Code">Machine-readable, in the header <c>X-Scalingo-Error</c>.</param>
/// <param name="Message">What happened and what to do.</param>
internal sealed record EdgeError(int Status, string Code, string Title, string Message)
{
    public static EdgeError UnknownHost { get; } = new(404, "unknown-host", "No app here",
        "No app answers to this host name. Check the spelling, or ask the owner whether the app was renamed or removed.");

    public static EdgeError Starting { get; } = new(503, "platform-starting", "The platform is starting",
        "The routes to the apps are not known yet. Try again in a moment.");

    public static EdgeError Stopped { get; } = new(503, "app-stopped", "This app is stopped",
        "The app has no web container that should run. If it is yours, deploy it, or scale it up: gantry scale web:1");

    public static EdgeError NotReady { get; } = new(503, "app-not-ready", "This app is not ready",
        "No web container of the app is ready. It may be starting: try again in a moment. If it is yours, look at: gantry logs");

    public static EdgeError QueueFull { get; } = new(503, "queue-full", "This app is overloaded",
        "Too many requests wait for an answer of this app. Try again later. If it is yours, add containers: gantry scale web:+1");

    public static EdgeError BadGateway { get; } = new(502, "invalid-answer", "This app gave no valid answer",
        "The app closed the connection or answered with something that is not HTTP. If it is yours, look at: gantry logs");

    public static EdgeError AllQuarantined { get; } = new(502, "all-quarantined", "This app does not answer",
        "Every container of the app broke its connections a moment ago; each is tried again soon. If it is yours, look at: gantry logs");

    public static EdgeError Timeout { get; } = new(504, "timeout", "This app took too long",
        "The app did not answer in time. Long work belongs in a worker; an answer may also be sent piece by piece.");

    public static EdgeError BodyTooLarge { get; } = new(413, "body-too-large", "The request is too large",
        "The body of this request is over the limit of this platform (75 MB unless its operator changed it).");

    public static EdgeError HeaderTooLarge { get; } = new(431, "header-too-large", "A request header is too large",
        "A header of this request is over the limit (8 kB for one, 32 kB for all). Cookies of this site may be too many: delete them and try again.");

    public static EdgeError BadBody { get; } = new(400, "bad-request-body", "The request is broken",
        "The body of this request could not be read: it is not framed as its headers say.");

    public static EdgeError AmbiguousLength { get; } = new(400, "ambiguous-length", "The request is broken",
        "The request has both Content-Length and Transfer-Encoding, so where it ends is not certain. Send only one of them.");

    public static EdgeError BodyTimeout { get; } = new(408, "request-timeout", "The request took too long",
        "The body of this request stopped arriving. Send it again.");
}
