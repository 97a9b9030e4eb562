using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gantry.Coordination.Etcd;

/// <summary>Whose key it is: its etcd lease, and the revision that made it.</summary>
internal sealed record EtcdHolder(long Lease, long CreateRevision);

/// <summary>
/// The few calls of etcd that leases need, through its JSON gateway (docs/decisions/0005). Each may be sent twice
/// without harm, so a member that does not answer in time is passed over for the next.
/// </summary>
internal sealed class EtcdClient : IDisposable
{
    private const int NotFound = 5;

    private readonly string[] _endpoints;
    private readonly HttpClient _http;
    private readonly TimeSpan _patience;
    private int _current;

    public EtcdClient(EtcdLeasesOptions options)
    {
        _endpoints = [.. options.Endpoints.Select(e => e.TrimEnd('/'))];
        _patience = TimeSpan.FromSeconds(Math.Clamp(options.Ttl.TotalSeconds / 5, 0.4, 2));
        _http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = _patience, SslOptions = EtcdTls.Options(options), UseProxy = false })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public async Task<(long Id, TimeSpan Ttl)> GrantAsync(TimeSpan ttl, CancellationToken token)
    {
        var reply = await CallAsync("lease/grant", new { TTL = Text((long)Math.Ceiling(ttl.TotalSeconds)) }, token);
        return (Number(reply["ID"]), TimeSpan.FromSeconds(Number(reply["TTL"])));
    }

    /// <returns>False when the lease has expired.</returns>
    public async Task<bool> KeepAliveAsync(long lease, CancellationToken token) =>
        Number((await CallAsync("lease/keepalive", new { ID = Text(lease) }, token))["TTL"]) > 0;

    /// <summary>Gives a lease and its keys back; one that is gone stays gone.</summary>
    public Task RevokeAsync(long lease, CancellationToken token) => CallAsync("lease/revoke", new { ID = Text(lease) }, token);

    public async Task<EtcdHolder?> FindAsync(string key, CancellationToken token) =>
        Holder(await CallAsync("kv/range", new { key = Encoding.UTF8.GetBytes(key) }, token));

    /// <summary>Makes the key if there is none.</summary>
    /// <returns>Whose it is afterwards; null when it was another's and vanished at that moment.</returns>
    public async Task<EtcdHolder?> PutIfAbsentAsync(string key, string value, long lease, CancellationToken token)
    {
        var bytes = Encoding.UTF8.GetBytes(key);
        var reply = await CallAsync(
            "kv/txn",
            new
            {
                compare = new[] { new { key = bytes, target = "CREATE", result = "EQUAL", create_revision = "0" } },
                success = new[] { new { request_put = new { key = bytes, value = Encoding.UTF8.GetBytes(value), lease = Text(lease) } } },
                failure = new[] { new { request_range = new { key = bytes } } },
            },
            token);
        return reply["succeeded"]?.GetValue<bool>() == true
            ? new EtcdHolder(lease, Number(reply["header"]?["revision"]))
            : Holder(reply["responses"]?[0]?["response_range"]);
    }

    /// <summary>What an operator does by hand.</summary>
    public Task DeleteAsync(string key, CancellationToken token) => CallAsync("kv/deleterange", new { key = Encoding.UTF8.GetBytes(key) }, token);

    public void Dispose() => _http.Dispose();

    private async Task<JsonNode> CallAsync(string call, object request, CancellationToken token)
    {
        var (first, failure) = (Volatile.Read(ref _current), "there are no members");
        for (var i = 0; i < _endpoints.Length; i++)
        {
            var member = (first + i) % _endpoints.Length;
            try
            {
                var reply = await AskAsync(_endpoints[member], call, request, token);
                Volatile.Write(ref _current, member);
                return reply;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or JsonException || (e is OperationCanceledException && !token.IsCancellationRequested))
            {
                failure = $"{_endpoints[member]}: {(e is OperationCanceledException ? $"no answer within {_patience.TotalSeconds:0.0} s" : e.Message)}";
            }
        }

        throw new CoordinationException(
            $"etcd does not answer ({failure}), so nobody can tell who leads. Leases go on when most of its members are back: look with 'etcdctl endpoint status'.", isTransient: true);
    }

    private async Task<JsonNode> AskAsync(string endpoint, string call, object request, CancellationToken token)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(_patience);
        using var response = await _http.PostAsJsonAsync($"{endpoint}/v3/{call}", request, JsonSerializerOptions.Default, limit.Token);
        var text = await response.Content.ReadAsStringAsync(limit.Token);
        var reply = JsonNode.Parse(text) ?? throw new JsonException("an empty answer");
        // What streams comes wrapped, one result a line; these calls have one.
        reply = reply["result"] ?? reply;
        if (response.IsSuccessStatusCode && reply["error"] is null)
            return reply;
        return Number(reply["code"] ?? reply["error"]?["grpc_code"]) == NotFound ? reply : throw new HttpRequestException($"{(int)response.StatusCode} {text.Trim()}");
    }

    private static EtcdHolder? Holder(JsonNode? range) => range?["kvs"]?[0] is { } key
        ? new EtcdHolder(Number(key["lease"]), Number(key["create_revision"]))
        : null;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The gateway writes 64-bit numbers as texts, and leaves out a zero.</summary>
    private static long Number(JsonNode? node) => node is null ? 0 : long.Parse(node.ToString(), CultureInfo.InvariantCulture);
}
