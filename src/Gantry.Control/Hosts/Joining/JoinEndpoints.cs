using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Gantry.Agent.Joining;
using Gantry.Contracts.Joining;
using Gantry.Domain;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Hosts.Joining;

/// <summary>What machines ask Control before there is a session with their agents.</summary>
internal sealed partial class JoinEndpoints(
    IHostStore hosts, ClusterAuthority authority, WrongTokens wrong, TimeProvider time, IOptions<JoiningOptions> options, ILogger<JoinEndpoints> logger)
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/hosts/authority", AuthorityAsync);
        endpoints.MapPost("/hosts/join", http => AnswerAsync(http, JoiningJson.Default.JoinRequest, JoinAsync));
        endpoints.MapPost("/hosts/renew", http => AnswerAsync(http, JoiningJson.Default.RenewRequest, RenewAsync));
    }

    private async Task AuthorityAsync(HttpContext http)
    {
        var trust = await authority.TrustAsync(http.RequestAborted).ConfigureAwait(false);
        await http.Response.WriteAsJsonAsync(new AuthorityReply(trust.AuthorityPem), JoiningJson.Default.AuthorityReply, null, http.RequestAborted).ConfigureAwait(false);
    }

    private async Task JoinAsync(HttpContext http, JoinRequest request)
    {
        var (caller, token) = (http.Connection.RemoteIpAddress ?? IPAddress.None, http.RequestAborted);
        if (wrong.MustWait(caller))
        {
            await RefuseAsync(http, StatusCodes.Status429TooManyRequests, "too-many", "token", "Too many wrong tokens came from this address. Wait a minute, then try again with the right one.").ConfigureAwait(false);
            return;
        }

        var applicant = HostAdmission.Read(request, HostAddress.Of(caller), time.GetUtcNow());
        var joined = applicant.Refusal ?? await JoinAsync(applicant.Value, token).ConfigureAwait(false);
        if (joined.Refusal is { } refusal)
        {
            if (refusal.Field == "token" && refusal.Kind == RefusalKind.NotFound)
                wrong.Note(caller);
            Log.Refused(logger, caller, request.Name, refusal.Message);
            await RefuseAsync(http, refusal).ConfigureAwait(false);
            return;
        }

        Log.Joined(logger, joined.Value.Id, joined.Value.Address, joined.Value.Subnet);
        var (certificate, trust) = (await IssueAsync(joined.Value.Id, applicant.Value.Key, token).ConfigureAwait(false), await authority.TrustAsync(token).ConfigureAwait(false));
        var reply = new JoinReply(joined.Value.Id.Value, certificate, trust.AuthorityPem, joined.Value.Subnet, options.Value.ContainerNetwork);
        await http.Response.WriteAsJsonAsync(reply, JoiningJson.Default.JoinReply, null, token).ConfigureAwait(false);
    }

    private Task<Outcome<Host>> JoinAsync(Applicant applicant, CancellationToken token) => hosts.JoinAsync(
        new JoinAttempt(applicant.Token.Id, HostJoining.HashOf(applicant.Token), SigningRequests.DigestOf(applicant.Key), time.GetUtcNow()),
        all => HostAdmission.Admit(applicant.Host, all, options.Value.ContainerNetwork), token);

    /// <summary>The listener asks for certificates and believes none: whose it is is found out here, where a refusal can be said in words.</summary>
    private async Task RenewAsync(HttpContext http, RenewRequest request)
    {
        var token = http.RequestAborted;
        var trust = await authority.TrustAsync(token).ConfigureAwait(false);
        var name = trust.Check(http.Connection.ClientCertificate, ClusterTrust.ClientUse, time.GetUtcNow());
        var (key, id) = (SigningRequests.Read(request.Csr), name.IsSuccess ? ClusterTrust.HostOf(name.Value) : null);
        var refusal = name.Refusal ?? await FindRefusalAsync(id, token).ConfigureAwait(false) ?? key.Refusal;
        if (refusal is not null)
        {
            Log.NotRenewed(logger, http.Connection.RemoteIpAddress, id?.Value, refusal.Message);
            await RefuseAsync(http, refusal).ConfigureAwait(false);
            return;
        }

        var reply = new RenewReply(await IssueAsync(id!.Value, key.Value, token).ConfigureAwait(false));
        await http.Response.WriteAsJsonAsync(reply, JoiningJson.Default.RenewReply, null, token).ConfigureAwait(false);
    }

    private async Task<Refusal?> FindRefusalAsync(HostId? shown, CancellationToken token) =>
        shown is not { } id ? Refusal.Invalid("certificate", "The certificate shown is not that of a host.")
        : await hosts.FindAsync(id, token).ConfigureAwait(false) is { RemovedAt: null } ? null : Refusal.Invalid(
            "certificate", $"The host {id} was removed from the cluster. To take the machine out of service: gantryd stop-host. To let it in again, delete its folder host/ and join with a new token: gantry hosts token");

    private async Task<string> IssueAsync(HostId id, PublicKey key, CancellationToken token)
    {
        using var certificate = await authority.IssueAsync(ClusterTrust.Of(id), key, options.Value.HostCertificateLifetime, token).ConfigureAwait(false);
        return certificate.ExportCertificatePem();
    }

    private static async Task AnswerAsync<T>(HttpContext http, JsonTypeInfo<T> type, Func<HttpContext, T, Task> answer)
    {
        try
        {
            var body = await JsonSerializer.DeserializeAsync(http.Request.Body, type, http.RequestAborted).ConfigureAwait(false);
            await answer(http, body ?? throw new JsonException("it is null")).ConfigureAwait(false);
        }
        catch (JsonException e)
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, "bad-request", "", $"The body is not the JSON that is expected here: {e.Message}").ConfigureAwait(false);
        }
        catch (StoreException e) when (e.IsTransient)
        {
            await RefuseAsync(http, StatusCodes.Status503ServiceUnavailable, "unavailable", "", $"{e.Message} Try again in a moment.").ConfigureAwait(false);
        }
    }

    private static Task RefuseAsync(HttpContext http, Refusal refusal) => (refusal.Field, refusal.Kind) switch
    {
        ("token", _) => RefuseAsync(http, StatusCodes.Status403Forbidden, "token", refusal.Field, refusal.Message),
        ("certificate", _) => RefuseAsync(http, StatusCodes.Status403Forbidden, "certificate", refusal.Field, refusal.Message),
        (_, RefusalKind.Conflict) => RefuseAsync(http, StatusCodes.Status409Conflict, "conflict", refusal.Field, refusal.Message),
        _ => RefuseAsync(http, StatusCodes.Status422UnprocessableEntity, "invalid", refusal.Field, refusal.Message),
    };

    private static Task RefuseAsync(HttpContext http, int status, string code, string field, string error)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(new JoiningRefusal(code, field, error), JoiningJson.Default.JoiningRefusal, null, http.RequestAborted);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The host {Host} joined: its agent is at {Address}, its containers in {Subnet}")]
        public static partial void Joined(ILogger logger, HostId host, string? address, string? subnet);

        [LoggerMessage(2, LogLevel.Warning, "{Caller} wanted to join as {Name} and was refused: {Why}")]
        public static partial void Refused(ILogger logger, IPAddress caller, string? name, string why);

        [LoggerMessage(3, LogLevel.Warning, "{Caller} wanted a new certificate for the host {Host} and was refused: {Why}")]
        public static partial void NotRenewed(ILogger logger, IPAddress? caller, string? host, string why);
    }
}
