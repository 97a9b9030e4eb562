using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Gantry.Agent.Logs;
using Gantry.Domain.Logs;

namespace Gantry.Control.LogDrains;

/// <summary>Posts batches as JSON. The receiver says what it has taken.</summary>
internal sealed class HttpSender : ILogSender
{
    private readonly LogDrainAddress _address;
    private readonly LogDrainOptions _options;
    private readonly string _app;
    private readonly HttpClient _http;

    public HttpSender(DrainNetwork network, LogDrainAddress address, string app, LogDrainOptions options)
    {
        (_address, _options, _app) = (address, options, app);
        var handler = new SocketsHttpHandler
        {
            // A redirect could lead to an address that nobody has checked; every connection is, here.
            AllowAutoRedirect = false,
            UseProxy = false,
            SslOptions = network.Trust(null),
            ConnectCallback = async (context, token) =>
                new NetworkStream(await network.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, ProtocolType.Tcp, token), ownsSocket: true),
        };
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public async Task SendAsync(IReadOnlyList<LogLine> lines, CancellationToken token)
    {
        try
        {
            using var request = Request(lines);
            using var response = await _http.SendAsync(request, token);
            var body = await response.Content.ReadAsStringAsync(token);
            if (!response.IsSuccessStatusCode) throw Refused(response.StatusCode, body);
            if (_address.Kind == LogDrainKind.Elastic) CheckItems(body);
        }
        catch (HttpRequestException e)
        {
            throw e.InnerException as DrainException ?? new DrainException($"{_address.Shown} cannot be reached: {e.Message}", inner: e);
        }
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private HttpRequestMessage Request(IReadOnlyList<LogLine> lines)
    {
        var (url, body, type) = _address.Kind switch
        {
            LogDrainKind.Elastic => ($"{_address.Url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/')}/_bulk", LogJson.Elastic(lines, _app), "application/x-ndjson"),
            LogDrainKind.Datadog => (_options.DatadogFormat.Replace("{region}", _address.Region), LogJson.Datadog(lines, _app), "application/json"),
            LogDrainKind.BetterStack => (_options.BetterStackUrl, LogJson.BetterStack(lines, _app), "application/json"),
            _ => ($"{_options.AppSignalUrl}?api_key={Uri.EscapeDataString(_address.Token)}", LogJson.AppSignal(lines, _app), "application/x-ndjson"),
        };
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        if (_address.Kind == LogDrainKind.Datadog) request.Headers.Add("DD-API-KEY", _address.Token);
        else if (_address.Kind == LogDrainKind.BetterStack) request.Headers.Authorization = new("Bearer", _address.Token);
        else if (_address is { Kind: LogDrainKind.Elastic, Token.Length: > 0 })
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(_address.Token)));
        return request;
    }

    /// <summary>Credentials, load and faults of the receiver pass; a request that it calls wrong stays wrong.</summary>
    private DrainException Refused(HttpStatusCode status, string body) => new(
        $"{_address.Shown} answered {(int)status}: {Short(body)}",
        isRefusal: (int)status is >= 400 and < 500 and not (401 or 403 or 404 or 408 or 429));

    /// <summary>A bulk request succeeds as a whole even when the receiver took only some of it.</summary>
    private void CheckItems(string body)
    {
        using var answer = JsonDocument.Parse(body.Length == 0 ? "{}" : body);
        if (!answer.RootElement.TryGetProperty("errors", out var errors) || errors.ValueKind != JsonValueKind.True) return;
        foreach (var item in answer.RootElement.GetProperty("items").EnumerateArray())
        {
            var result = item.EnumerateObject().First().Value;
            var status = result.GetProperty("status").GetInt32();
            // 409: it was there already, from a batch whose answer was lost.
            if (status is < 300 or 409) continue;
            throw Refused((HttpStatusCode)status, result.TryGetProperty("error", out var error) ? error.ToString() : "");
        }
    }

    private static string Short(string text) => text.Length <= 200 ? text : text[..200] + "…";
}
