using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gantry.Agent.Joining;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Hosts.Joining;

/// <summary>
/// The certificate of this control process: made in memory, good for a day, and replaced when two thirds of that are over by whoever
/// needs it next.
/// </summary>
internal sealed class ControlIdentity(ClusterAuthority authority, TimeProvider time, IOptions<JoiningOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _making = new(1);
    private volatile Held? _held;

    public async ValueTask<SslStreamCertificateContext> GetAsync(CancellationToken token)
    {
        if (_held is { } held && time.GetUtcNow() < held.Due)
            return held.Context;
        await _making.WaitAsync(token).ConfigureAwait(false);
        try
        {
            if (_held is not { } other || time.GetUtcNow() >= other.Due)
                _held = await MakeAsync(token).ConfigureAwait(false);
            return _held.Context;
        }
        finally
        {
            _making.Release();
        }
    }

    /// <summary>The one that <see cref="GetAsync"/> returned last.</summary>
    public X509Certificate2 Current => (_held ?? throw new InvalidOperationException("Control has no certificate yet: ask for it first.")).Context.TargetCertificate;

    /// <summary>Those replaced are left to the collector: connections may still hold them.</summary>
    public void Dispose()
    {
        _held?.Context.TargetCertificate.Dispose();
        _making.Dispose();
    }

    private async Task<Held> MakeAsync(CancellationToken token)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var lifetime = options.Value.ControlCertificateLifetime;
        using var bare = await authority.IssueAsync(ClusterTrust.Control, new PublicKey(key), lifetime, token).ConfigureAwait(false);
        var certificate = bare.CopyWithPrivateKey(key);
        return new Held(SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true), time.GetUtcNow() + lifetime * 2 / 3);
    }

    private sealed record Held(SslStreamCertificateContext Context, DateTimeOffset Due);
}
