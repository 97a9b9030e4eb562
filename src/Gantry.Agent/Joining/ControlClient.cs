using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Gantry.Contracts.Joining;
using Gantry.Domain;

namespace Gantry.Agent.Joining;

/// <summary>
/// What a host asks Control for. Secrets go only to a server that holds a certificate of the expected authority with Control's
/// name in it; the name it has in DNS says nothing.
/// </summary>
internal sealed class ControlClient(Uri control, TimeProvider time)
{
    private const int Attempts = 3;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    /// <summary>The certificate of the authority, from anybody: believe it for its digest only.</summary>
    public async Task<Outcome<string>> FindAuthorityAsync(CancellationToken token)
    {
        var answered = await SendAsync<AuthorityReply>(_ => null, null, HttpMethod.Get, "/hosts/authority", () => null, JoiningJson.Default.AuthorityReply, token);
        return answered.Refusal is { } refusal ? refusal : answered.Value.Authority;
    }

    public Task<Outcome<JoinReply>> JoinAsync(ClusterTrust trust, JoinRequest request, CancellationToken token) => SendAsync(
        trust.RefuseControl(time), null, HttpMethod.Post, "/hosts/join", () => JsonContent.Create(request, JoiningJson.Default.JoinRequest), JoiningJson.Default.JoinReply, token);

    public Task<Outcome<RenewReply>> RenewAsync(ClusterTrust trust, X509Certificate2 own, RenewRequest request, CancellationToken token) => SendAsync(
        trust.RefuseControl(time), own, HttpMethod.Post, "/hosts/renew", () => JsonContent.Create(request, JoiningJson.Default.RenewRequest), JoiningJson.Default.RenewReply, token);

    /// <param name="refuse">Why the server must not be talked to, or null.</param>
    private async Task<Outcome<T>> SendAsync<T>(
        Func<X509Certificate2?, Refusal?> refuse, X509Certificate2? own, HttpMethod method, string path, Func<HttpContent?> body, JsonTypeInfo<T> type, CancellationToken token,
        int attempt = 1)
    {
        Refusal? refused = null;
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, SslOptions = Tls(own, c => (refused = refuse(c)) is null) };
        using var http = new HttpClient(handler) { Timeout = _patience };
        using var request = new HttpRequestMessage(method, new Uri(control, path)) { Content = body() };
        try
        {
            using var response = await http.SendAsync(request, token);
            return response.IsSuccessStatusCode
                ? await response.Content.ReadFromJsonAsync(type, token) ?? throw new JsonException("The answer is empty.")
                : await RefusalAsync(response, token);
        }
        catch (HttpRequestException) when (refused is not null)
        {
            return refused;
        }
        catch (HttpRequestException) when (attempt < Attempts)
        {
            // Control may be about to start.
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || e is OperationCanceledException { InnerException: TimeoutException })
        {
            throw new IOException($"{control} does not answer as Control does: {e.GetBaseException().Message} Check the address and that no firewall is between, then try again.", e);
        }

        await Task.Delay(_pause, token);
        return await SendAsync(refuse, own, method, path, body, type, token, attempt + 1);
    }

    private static SslClientAuthenticationOptions Tls(X509Certificate2? own, Func<X509Certificate2?, bool> believe) => new()
    {
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        AllowTlsResume = false,
        LocalCertificateSelectionCallback = own is null ? null : (_, _, _, _, _) => own,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => believe(certificate as X509Certificate2),
    };

    private static async Task<Refusal> RefusalAsync(HttpResponseMessage response, CancellationToken token)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/json")
            throw new HttpRequestException($"it said {(int)response.StatusCode} in no words of Gantry's.");
        var refusal = await response.Content.ReadFromJsonAsync(JoiningJson.Default.JoiningRefusal, token) ?? throw new JsonException("The answer is empty.");
        return Refusal.Invalid(refusal.Field, refusal.Error);
    }
}
