using Gantry.Agent.Joining;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registration of what a joined host is.</summary>
public static class MembershipServices
{
    /// <summary>Adds <see cref="HostCertificates"/> and keeps them fresh.</summary>
    /// <param name="dataDirectory">That of <see cref="MembershipOptions"/>.</param>
    public static IServiceCollection AddHostMembership(this IServiceCollection services, HostIdentity identity, string dataDirectory)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(s => new HostCertificates(identity, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(new IdentityFolder(dataDirectory));
        return services.AddHostedService<CertificateRenewal>();
    }

    /// <summary>TLS in which only Control gets through, with the certificate of the moment.</summary>
    public static ListenOptions UseHostCertificates(this ListenOptions listener, HostCertificates certificates) => listener.UseHttps(
        new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(certificates.ForConnection()) });
}
