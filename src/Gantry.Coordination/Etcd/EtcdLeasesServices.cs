using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Gantry.Coordination.Etcd;

/// <summary>Registration of leases kept by etcd.</summary>
public static class EtcdLeasesServices
{
    /// <summary>Mutual exclusion between all processes that use the same etcd.</summary>
    public static IServiceCollection AddEtcdLeases(this IServiceCollection services, Action<EtcdLeasesOptions> configure)
    {
        services.AddOptions<EtcdLeasesOptions>().Configure(configure)
            .Validate(o => o.Endpoints.Count > 0 && o.Endpoints.All(IsAddress),
                "Coordination:Endpoints must list the members of etcd as http or https addresses, such as http://10.0.0.1:2379.")
            .Validate(o => o.Ttl >= TimeSpan.FromSeconds(2) && o.Ttl <= TimeSpan.FromMinutes(5), "Coordination:Ttl must be from 2 s to 5 min.")
            .Validate(o => (o.CertificatePath is null) == (o.KeyPath is null), "Coordination:CertificatePath and Coordination:KeyPath go together.");
        services.TryAddSingleton(TimeProvider.System);
        services.AddLogging();
        services.AddSingleton(s => s.GetRequiredService<IOptions<EtcdLeasesOptions>>().Value);
        services.AddSingleton<EtcdClient>();
        return services.AddSingleton<ILeases, EtcdLeases>();
    }

    private static bool IsAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";
}
