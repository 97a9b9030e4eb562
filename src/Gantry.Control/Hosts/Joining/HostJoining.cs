using System.Net;
using System.Security.Cryptography;
using System.Text;
using Gantry.Domain;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Hosts.Joining;

internal sealed class HostJoining(IHostStore hosts, ClusterAuthority authority, TimeProvider time, IOptions<JoiningOptions> options) : IHostJoining
{
    private static readonly TimeSpan _longest = TimeSpan.FromDays(7);

    public async Task<Outcome<IssuedJoinToken>> IssueTokenAsync(TimeSpan? lifetime, CancellationToken token)
    {
        if (lifetime is { } asked && (asked < TimeSpan.FromMinutes(1) || asked > _longest))
            return Refusal.Invalid("lifetime", "must be from 1 minute to 7 days: whoever has the token can join in that time");
        if (options.Value.Listen.Length == 0)
            return Refusal.Conflict("No machine can join: Gantry:Hosts:Listen is empty where Control runs. Set it to an address that the machine reaches, such as 10.0.0.1:7443, and restart Gantry.");
        var now = time.GetUtcNow();
        var text = new JoinTokenText(
            await authority.DigestAsync(token).ConfigureAwait(false),
            RandomNumberGenerator.GetHexString(JoinTokenText.IdLength, lowercase: true), RandomNumberGenerator.GetHexString(JoinTokenText.SecretLength, lowercase: true));
        var record = new JoinToken(text.Id, HashOf(text), now, now + (lifetime ?? options.Value.TokenLifetime));
        await hosts.AddTokenAsync(record, token).ConfigureAwait(false);
        var url = PublicUrl(options.Value);
        return new IssuedJoinToken(text.Id, text.Reveal(), url, $"gantryd agent --join {url.AbsoluteUri.TrimEnd('/')} --token {text.Reveal()}", record.ExpiresAt);
    }

    /// <summary>160 random bits need no slow hash.</summary>
    public static string HashOf(JoinTokenText text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text.Secret)));

    private static Uri PublicUrl(JoiningOptions options)
    {
        if (options.PublicUrl.Length > 0)
            return new Uri(options.PublicUrl);
        var listen = IPEndPoint.Parse(options.Listen);
        // An endpoint writes itself as the authority of a URL does, brackets included.
        return IPAddress.Any.Equals(listen.Address) || IPAddress.IPv6Any.Equals(listen.Address)
            ? new UriBuilder("https", Environment.MachineName, listen.Port).Uri
            : new Uri($"https://{listen}");
    }
}
