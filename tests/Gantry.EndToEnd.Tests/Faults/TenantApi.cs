using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Gantry.EndToEnd.Tests.Faults.Checks;

namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>An answer of the API: acknowledged, refused, or nobody knows.</summary>
/// <param name="Status">Null when no answer came.</param>
public sealed record ApiAnswer(HttpStatusCode? Status, JsonNode? Body, string Text, Uri? Location)
{
    public bool IsAcknowledged => (int?)Status is >= 200 and < 300;

    /// <summary>The API says that nothing was changed. A 503 says that it may have been.</summary>
    public bool IsRefused => (int?)Status is >= 400 and < 500;
}

/// <summary>The API as a tenant uses it: of several control processes each by turns. What fails is written down; 500 is a failure whatever happens.</summary>
public sealed class TenantApi(FaultTarget target, Journal journal) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromSeconds(20) })
    {
        Timeout = TimeSpan.FromSeconds(90),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", target.Token) },
    };
    private readonly Unanswered _unanswered = new();
    private int _asked;

    public void Dispose() => _client.Dispose();

    public Task<ApiAnswer> GetAsync(string path, int process = 0) => SendAsync(HttpMethod.Get, path, null, process);

    public Task<ApiAnswer> PostAsync(string path, JsonNode? body = null) => SendAsync(HttpMethod.Post, path, JsonContent(body));

    public Task<ApiAnswer> PutAsync(string address, byte[] content) => SendAsync(HttpMethod.Put, address, new ByteArrayContent(content));

    /// <summary>Asks until there is an answer that is no failure. What fails meanwhile needs an explanation like all else.</summary>
    public async Task<JsonNode> ReadAsync(string path, CancellationToken token)
    {
        while (true)
        {
            if (await GetAsync(path) is { IsAcknowledged: true } answer)
                return answer.Body!;
            await Task.Delay(500, token);
        }
    }

    public async Task<string> TextAsync(string address, CancellationToken token)
    {
        while (true)
        {
            if (await GetAsync(address) is { IsAcknowledged: true } answer)
                return answer.Text;
            await Task.Delay(500, token);
        }
    }

    private static StringContent? JsonContent(JsonNode? body) => body is null ? null : new(body.ToJsonString(), Encoding.UTF8, "application/json");

    /// <summary>The one whose API this address is of, or the next.</summary>
    private int ProcessOf(string path) => Uri.TryCreate(path, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttp
        ? Enumerable.Range(1, target.Processes).Single(p => target.Api(p).Authority == address.Authority)
        : Next();

    public int Next() => (int)((uint)Interlocked.Increment(ref _asked) % target.Processes) + 1;

    private async Task<ApiAnswer> SendAsync(HttpMethod method, string path, HttpContent? content, int process = 0)
    {
        process = process > 0 ? process : ProcessOf(path);
        var began = journal.Clock.Now;
        var what = $"{method} {path.Split('?')[0]}";
        var app = path.Split('/') is ["", "v1", "apps", var name, ..] ? name : "";
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(target.Api(process), path)) { Content = content };
            using var response = await _client.SendAsync(request, CancellationToken.None);
            var text = await response.Content.ReadAsStringAsync(CancellationToken.None);
            journal.Count("API calls");
            if (response.StatusCode == HttpStatusCode.InternalServerError)
                journal.Violate($"{what} was answered with 500: {text}");
            if ((int)response.StatusCode >= 400)
                Fail($"{(int)response.StatusCode} {text.Trim()}", (int)response.StatusCode);
            else if (response.Headers.Location is not null)
                _unanswered.Accepted(app);
            var isJson = response.Content.Headers.ContentType?.MediaType == "application/json" && text.Length > 0;
            return new ApiAnswer(response.StatusCode, isJson ? JsonNode.Parse(text) : null, text, response.Headers.Location);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
        {
            Fail(e.Message, null);
            return new ApiAnswer(null, null, "", null);
        }

        void Fail(string answer, int? status)
        {
            var failed = new FailedRequest(null, began, journal.Clock.Now, $"{what}: {answer}", process);
            // What makes an operation: those of an app wait for each other.
            journal.Fail(what.EndsWith("/scale", StringComparison.Ordinal) || what.EndsWith("/restart", StringComparison.Ordinal) ? _unanswered.Blame(app, failed, status) : failed);
        }
    }
}
