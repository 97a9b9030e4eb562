using Gantry.Contracts.Joining;
using Gantry.Domain;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gantry.Agent.Joining;

/// <summary>Asks for the next certificate when two thirds of the lifetime are over, with a new key, and goes on asking until it has one.</summary>
internal sealed partial class CertificateRenewal(HostCertificates certificates, IdentityFolder folder, TimeProvider time, ILogger<CertificateRenewal> logger)
    : BackgroundService
{
    /// <summary>Timers of .NET reach 49 days; a certificate lives longer.</summary>
    private static readonly TimeSpan _longestNap = TimeSpan.FromDays(1);

    /// <summary>At 90 days, a control plane that is away for a month is asked about a thousand times.</summary>
    private static readonly TimeSpan _again = TimeSpan.FromMinutes(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            for (var left = Due() - time.GetUtcNow(); left > TimeSpan.Zero; left = Due() - time.GetUtcNow())
                await Task.Delay(left < _longestNap ? left : _longestNap, time, stoppingToken);
            if (!await TryRenewAsync(stoppingToken))
                await Task.Delay(_again, time, stoppingToken);
        }
    }

    private DateTimeOffset Due()
    {
        DateTimeOffset from = certificates.Certificate.NotBefore, to = certificates.Certificate.NotAfter;
        return from + (to - from) * 2 / 3;
    }

    private async Task<bool> TryRenewAsync(CancellationToken token)
    {
        try
        {
            if (await RenewAsync(token) is not { } refusal)
                return true;
            Log.Refused(logger, certificates.Identity.Host, certificates.Certificate.NotAfter.ToUniversalTime(), refusal.Message);
        }
        catch (IOException e)
        {
            Log.Unreachable(logger, certificates.Certificate.NotAfter.ToUniversalTime(), e.Message);
        }

        return false;
    }

    private async Task<Refusal?> RenewAsync(CancellationToken token)
    {
        var (now, key) = (certificates.Identity, HostKey.Create());
        var client = new ControlClient(new Uri(now.Control), time);
        var renewed = await client.RenewAsync(certificates.Trust, certificates.Certificate, new RenewRequest(HostKey.SigningRequest(key)), token);
        if (renewed.Refusal is { } refusal)
            return refusal;
        var next = now with { Key = key, Certificate = renewed.Value.Certificate };
        if (certificates.Refuse(next) is { } unusable)
            return unusable;
        folder.Save(next);
        certificates.Replace(next);
        Log.Renewed(logger, certificates.Certificate.NotAfter.ToUniversalTime());
        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "This host has a new certificate, good until {Until:u}")]
        public static partial void Renewed(ILogger logger, DateTime until);

        [LoggerMessage(2, LogLevel.Error, "Control gives {Host} no new certificate; the present one is good until {Until:u}. {Why}")]
        public static partial void Refused(ILogger logger, string host, DateTime until, string why);

        [LoggerMessage(3, LogLevel.Warning, "There is no new certificate yet; the present one is good until {Until:u}. {Why}")]
        public static partial void Unreachable(ILogger logger, DateTime until, string why);
    }
}
