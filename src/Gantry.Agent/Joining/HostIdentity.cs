using System.Security.Cryptography.X509Certificates;
using Gantry.Domain;

namespace Gantry.Agent.Joining;

/// <summary>What a machine is in a cluster once it has joined. Certificates and key in PEM.</summary>
/// <param name="Control">Where Control listens for hosts, <c>https://10.0.0.1:7443</c>.</param>
/// <param name="Subnet">IPv4 network of this host's containers; null lets the agent choose.</param>
/// <param name="ContainerNetwork">The network of all hosts' containers.</param>
public sealed record HostIdentity(
    string Host, string Control, string Key, string Certificate, string Authority, string? Subnet, string ContainerNetwork)
{
    /// <summary>Says nothing of the key.</summary>
    public override string ToString() => $"host {Host}";

    internal HostId Id => new(Host);

    internal X509Certificate2 Load() => X509Certificate2.CreateFromPem(Certificate, Key);
}
