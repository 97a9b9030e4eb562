namespace Gantry.Contracts.Joining;

/// <summary>What a machine says of itself to become a host.</summary>
/// <param name="Token">The join token as it was handed over.</param>
/// <param name="Csr">Signing request for an ECDSA P-256 key, in PEM; its subject is not looked at.</param>
/// <param name="Address">Where its agent can be reached, <c>10.0.0.2:7444</c>. Null: where the request comes from, at port 7444.</param>
/// <param name="Capacity">By resource: <c>cpu</c> in thousandths of a core, <c>memory</c> in bytes.</param>
/// <param name="Now">The machine's clock: certificates are worth nothing where it is wrong.</param>
public sealed record JoinRequest(
    string? Token, string? Name, string? Csr, string? Address, IReadOnlyDictionary<string, long>? Capacity, string? Class, string? Zone, DateTimeOffset? Now);

/// <param name="Authority">Certificate of the cluster's authority in PEM, as is the host's own.</param>
/// <param name="Subnet">IPv4 network of this host's containers, a part of the one of all containers.</param>
public sealed record JoinReply(string HostId, string Certificate, string Authority, string? Subnet, string ContainerNetwork);

/// <summary>The certificate authority of the cluster, for everybody: who joins compares it with its token.</summary>
public sealed record AuthorityReply(string Authority);

/// <summary>A joined host, known by its certificate, wants the next one.</summary>
public sealed record RenewRequest(string? Csr);

public sealed record RenewReply(string Certificate);

/// <summary>Why not. Codes: <c>bad-request</c>, <c>token</c>, <c>invalid</c>, <c>conflict</c>, <c>certificate</c>, <c>too-many</c>, <c>unavailable</c>.</summary>
/// <param name="Field">What is at fault, or empty.</param>
public sealed record JoiningRefusal(string Code, string Field, string Error);
