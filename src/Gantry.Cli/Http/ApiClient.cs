using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Http;

/// <summary>
/// The v1 API as one user. The API token is exchanged for a short-lived JWT at the first call that needs it, and again
/// when a long command outlives it. Every failure comes out as a <see cref="CliError"/>.
/// </summary>
internal sealed class ApiClient(Uri server, string? apiToken, Shell shell)
{
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan JwtUse = TimeSpan.FromMinutes(50);

    private readonly HttpClient _http = HttpClients.For(server);
    private string? _jwt;
    private DateTimeOffset _jwtUntil;

    public Uri Server { get; } = server;

    /// <summary>The token that streams and attach sessions authenticate with.</summary>
    public async ValueTask<string> JwtAsync(CancellationToken token)
    {
        if (_jwt is null || shell.Time.GetUtcNow() >= _jwtUntil)
            (_jwt, _jwtUntil) = (await ExchangeAsync(token), shell.Time.GetUtcNow() + JwtUse);
        return _jwt;
    }

    public Task<T> GetAsync<T>(string path, JsonTypeInfo<T> reply, CancellationToken token) =>
        ReadAsync(HttpMethod.Get, path, null, reply, token);

    public Task<T> PostAsync<TBody, T>(
        string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<T> reply, CancellationToken token) =>
        ReadAsync(HttpMethod.Post, path, Json(body, bodyType), reply, token);

    public Task<T> PutAsync<TBody, T>(
        string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<T> reply, CancellationToken token) =>
        ReadAsync(HttpMethod.Put, path, Json(body, bodyType), reply, token);

    public Task<T> PatchAsync<TBody, T>(
        string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<T> reply, CancellationToken token) =>
        ReadAsync(HttpMethod.Patch, path, Json(body, bodyType), reply, token);

    /// <summary>For what takes minutes on the server before it answers.</summary>
    public async Task<T> PostPatientlyAsync<TBody, T>(
        string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<T> reply, CancellationToken token)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, At(path)) { Content = Json(body, bodyType) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await JwtAsync(token));
        using var response = await ApiErrors.DemandSuccessAsync(await SendPatientlyAsync(request, token), token);
        return Parse(await response.Content.ReadAsByteArrayAsync(token), request, response, reply);
    }

    public async Task<T> PostEmptyAsync<T>(string path, JsonTypeInfo<T> reply, CancellationToken token) =>
        await ReadAsync(HttpMethod.Post, path, Text("{}"), reply, token);

    public async Task DeleteAsync(string path, CancellationToken token)
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Delete, At(path)), token);
    }

    /// <summary>Sends a body and gives the answer's <c>Location</c>, which names the operation that was started, if any.</summary>
    public async Task<string?> StartAsync<TBody>(string path, TBody body, JsonTypeInfo<TBody> bodyType, CancellationToken token)
    {
        using var response = await SendAsync(
            new HttpRequestMessage(HttpMethod.Post, At(path)) { Content = Json(body, bodyType) }, token);
        return response.Headers.Location?.ToString();
    }

    /// <summary>The text behind an address that a reply gave; null when there is none (404 or 204).</summary>
    public async Task<string?> TextAsync(string address, bool authenticated, CancellationToken token) =>
        await BytesAsync(address, authenticated, token) is { } text ? Encoding.UTF8.GetString(text) : null;

    /// <inheritdoc cref="TextAsync"/>
    public async Task<byte[]?> BytesAsync(string address, bool authenticated, CancellationToken token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, At(address));
        try
        {
            using var response = await SendAsync(request, token, authenticated);
            return response.StatusCode == System.Net.HttpStatusCode.NoContent ? null : await response.Content.ReadAsByteArrayAsync(token);
        }
        catch (CliError e) when (e.Code == ExitCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>The API token for a user name and a password.</summary>
    public Task<TokenReply> CreateTokenAsync(string username, string password, string? otp, CreateTokenRequest body, CancellationToken token)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, At("/v1/tokens")) { Content = Json(body, V1Json.Default.CreateTokenRequest) };
        request.Headers.Authorization = Basic(username, password);
        if (otp is not null)
            request.Headers.Add("X-Authorization-OTP", otp);
        return ReadAsync(request, V1Json.Default.TokenReply, authenticated: false, token);
    }

    public static AuthenticationHeaderValue Basic(string username, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}")));

    /// <summary>Sends as it is, without a limit in time: uploads and <c>/wait</c> take as long as they take.</summary>
    public async Task<HttpResponseMessage> SendPatientlyAsync(HttpRequestMessage request, CancellationToken token)
    {
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
        }
        catch (HttpRequestException e)
        {
            throw ApiErrors.Unreachable(request.RequestUri ?? Server, e);
        }
    }

    public Uri At(string pathOrAddress) => new(Server, pathOrAddress);

    private static ByteArrayContent Json<T>(T body, JsonTypeInfo<T> type) => Content(JsonSerializer.SerializeToUtf8Bytes(body, type));

    private static ByteArrayContent Text(string json) => Content(Encoding.UTF8.GetBytes(json));

    private static ByteArrayContent Content(byte[] json) =>
        new(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    private async Task<string> ExchangeAsync(CancellationToken token)
    {
        if (apiToken is null)
            throw ApiErrors.NotLoggedIn(Server);
        var request = new HttpRequestMessage(HttpMethod.Post, At("/v1/tokens/exchange")) { Content = Text("{}") };
        request.Headers.Authorization = Basic("", apiToken);
        return (await ReadAsync(request, V1Json.Default.ExchangeReply, authenticated: false, token)).Token;
    }

    private Task<T> ReadAsync<T>(HttpMethod method, string path, HttpContent? body, JsonTypeInfo<T> reply, CancellationToken token) =>
        ReadAsync(new HttpRequestMessage(method, At(path)) { Content = body }, reply, authenticated: true, token);

    private async Task<T> ReadAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, bool authenticated, CancellationToken token)
    {
        using var response = await SendAsync(request, token, authenticated);
        return Parse(await response.Content.ReadAsByteArrayAsync(token), request, response, type);
    }

    private static T Parse<T>(byte[] body, HttpRequestMessage request, HttpResponseMessage response, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new JsonException("the body is null");
        }
        catch (JsonException e)
        {
            throw ApiErrors.NotTheApi(request.RequestUri!, response, e);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken token, bool authenticated = true)
    {
        if (authenticated)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await JwtAsync(token));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var limit = new CancellationTokenSource(RequestLimit, shell.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(token, limit.Token);
        try
        {
            var response = await SendPatientlyAsync(request, both.Token);
            await response.Content.LoadIntoBufferAsync(both.Token);
            return await ApiErrors.DemandSuccessAsync(response, token);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !token.IsCancellationRequested)
        {
            throw ApiErrors.Slow(request.RequestUri!, RequestLimit, e);
        }
        catch (HttpRequestException e)
        {
            throw ApiErrors.Unreachable(request.RequestUri!, e);
        }
    }
}
