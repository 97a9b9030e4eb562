namespace Gantry.Coordination.Etcd;

/// <summary>Which etcd keeps the leases, and for how long without word from their holders.</summary>
public sealed class EtcdLeasesOptions
{
    /// <summary>Addresses of the members, such as <c>http://10.0.0.1:2379</c>. One that does not answer is passed over.</summary>
    public IList<string> Endpoints { get; set; } = [];

    /// <summary>How long a lease outlives a holder that died. At least 2 s, below which etcd rounds up.</summary>
    public TimeSpan Ttl { get; set; } = TimeSpan.FromSeconds(6);

    /// <summary>What the keys of the leases start with.</summary>
    public string Prefix { get; set; } = "/gantry/leases/";

    /// <summary>Authorities that the members' certificates are checked against (PEM); null for those of the system.</summary>
    public string? CaPath { get; set; }

    /// <summary>The certificate this process shows (PEM), with its key in <see cref="KeyPath"/>; null for none.</summary>
    public string? CertificatePath { get; set; }

    public string? KeyPath { get; set; }
}
