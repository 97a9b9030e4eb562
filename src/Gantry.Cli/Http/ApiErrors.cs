using System.Net;
using System.Net.Sockets;

namespace Gantry.Cli.Http;

/// <summary>Turns answers that are no success, and missing answers, into errors that say what to do.</summary>
internal static class ApiErrors
{
    public static CliError NotLoggedIn(Uri server) => new(ExitCode.NotLoggedIn, $"You are not logged in to {server.Authority}.",
        "Log in: gantry login, or with a token: gantry login --api-token TOKEN\n" +
        "In scripts: export GANTRY_API_TOKEN=TOKEN");

    public static CliError Slow(Uri address, TimeSpan limit, Exception cause) => new(ExitCode.TimedOut,
        $"{address.Authority} did not answer within {limit.TotalSeconds:0} seconds ({address.AbsolutePath}).",
        "Try again; if it stays slow, the server's own log says why: gantry admin doctor", cause);

    public static CliError NotTheApi(Uri address, HttpResponseMessage response, Exception cause) => new(ExitCode.ServerFault,
        $"{address.Authority} answered {(int)response.StatusCode} to {address.AbsolutePath} with something that is not the Gantry API.",
        "Is the address right? See --url and GANTRY_URL; the default is http://127.0.0.1:7080", cause);

    public static CliError Unreachable(Uri address, Exception cause)
    {
        var (what, next) = Reason(cause);
        return new CliError(ExitCode.Unreachable, $"{address.Authority} cannot be reached: {what}.", next, cause);
    }

    public static async Task<HttpResponseMessage> DemandSuccessAsync(HttpResponseMessage response, CancellationToken token)
    {
        if (response.IsSuccessStatusCode)
            return response;
        var body = await response.Content.ReadAsStringAsync(token);
        using (response)
            throw FromAnswer(response, body);
    }

    public static CliError FromAnswer(HttpResponseMessage response, string body)
    {
        var says = ErrorBody.Parse(body);
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => new CliError(ExitCode.NotLoggedIn, says.Sentence ?? "The server does not accept your token.",
                "It may have been revoked or be for another server. Log in again: gantry login"),
            HttpStatusCode.NotFound => Missing(response, says),
            HttpStatusCode.Forbidden => new CliError(ExitCode.Refused, says.Sentence ?? "You may not do this.",
                "Ask the app's owner or an operator of the platform."),
            HttpStatusCode.UnprocessableEntity => new CliError(ExitCode.Refused, says.Fields ?? says.Sentence ?? "The server refuses the values."),
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests =>
                new CliError(ExitCode.TimedOut, says.Sentence ?? "Too many requests in a short time.", "Wait a minute and try again."),
            HttpStatusCode.RequestEntityTooLarge => new CliError(ExitCode.Refused, says.Sentence ?? "What was sent is larger than the server takes."),
            >= HttpStatusCode.InternalServerError => Fault(response, says),
            _ => new CliError(ExitCode.Refused, says.Fields ?? says.Sentence ?? $"The server refuses: {(int)response.StatusCode} {response.ReasonPhrase}."),
        };
    }

    private static CliError Missing(HttpResponseMessage response, ErrorBody says) => says switch
    {
        { Resource: "app" } => new CliError(ExitCode.NotFound, $"There is no app “{AppIn(response)}” here, or it is not yours.", "Your apps: gantry apps"),
        { Sentence: { } sentence } => new CliError(ExitCode.NotFound, Capital(sentence)),
        { Resource: { Length: > 0 } resource } => new CliError(ExitCode.NotFound, $"The {resource.Replace('_', ' ')} was not found."),
        _ => new CliError(ExitCode.NotFound, $"The server does not know {response.RequestMessage?.RequestUri?.AbsolutePath}.",
            "Is it a Gantry server, and as new as this program? See --url and gantry version"),
    };

    private static CliError Fault(HttpResponseMessage response, ErrorBody says)
    {
        var request = response.Headers.TryGetValues("X-Request-Id", out var ids) ? $" (request {ids.First()})" : "";
        return new CliError(ExitCode.ServerFault, $"The server failed with {(int)response.StatusCode}{request}{(says.Sentence is null ? "." : ": " + says.Sentence)}",
            "Try again; if it stays, an operator finds the reason in gantryd's log and with: gantry admin doctor");
    }

    private static string AppIn(HttpResponseMessage response)
    {
        var parts = response.RequestMessage?.RequestUri?.AbsolutePath.Split('/') ?? [];
        var at = Array.IndexOf(parts, "apps");
        return at >= 0 && at + 1 < parts.Length ? Uri.UnescapeDataString(parts[at + 1]) : "?";
    }

    private static (string What, string Next) Reason(Exception cause)
    {
        const string check = "Is the address right? See --url and GANTRY_URL.";
        for (var e = cause; e is not null; e = e.InnerException)
            if (e is SocketException socket)
                return socket.SocketErrorCode switch
                {
                    SocketError.ConnectionRefused => ("nothing listens there", "Is gantryd running? Start it: ./up.sh\n" + check),
                    SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => ("the name is unknown", check),
                    _ => (socket.Message.TrimEnd('.'), "Is gantryd running? Start it: ./up.sh\n" + check),
                };
        return cause is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }
            ? ("the TLS connection fails: " + (cause.InnerException ?? cause).Message.TrimEnd('.'), "Is it http instead of https? " + check)
            : (cause.Message.TrimEnd('.'), "Is gantryd running? Start it: ./up.sh\n" + check);
    }

    private static string Capital(string sentence) => char.ToUpperInvariant(sentence[0]) + sentence[1..];
}
