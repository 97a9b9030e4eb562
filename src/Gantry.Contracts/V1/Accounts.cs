namespace Gantry.Contracts.V1;

/// <summary>A user as other resources mention one.</summary>
public sealed record UserReference(string Id, string Username, string Email);

/// <summary>The account itself. <see cref="Flags"/> has no <c>admin</c>: clients ask operators for consent when they see it.</summary>
public sealed record UserResource(
    string Id, string Username, string Fullname, string Email, IReadOnlyDictionary<string, bool> Flags);

public sealed record UserReply(UserResource User);

public sealed record UpdateProfileRequest(UpdateProfileBody? User);

public sealed record UpdateProfileBody(string? Password, string? Email);

/// <summary>An API token; <see cref="Token"/> is the secret and only present in the reply that creates it.</summary>
public sealed record TokenResource(
    string Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, string? Token);

public sealed record TokenReply(TokenResource Token);

public sealed record TokensReply(IReadOnlyList<TokenResource> Tokens);

/// <summary>The name comes under the root key or, from the JavaScript client, without it.</summary>
public sealed record CreateTokenRequest(CreateTokenBody? Token, string? Name = null);

public sealed record CreateTokenBody(string? Name);

/// <summary>Reply of the exchange: a short-lived JWT.</summary>
public sealed record ExchangeReply(string Token);

public sealed record KeyResource(string Id, string Name, string Content);

public sealed record KeyReply(KeyResource Key);

public sealed record KeysReply(IReadOnlyList<KeyResource> Keys);

/// <summary>The fields come under the root key or, from the JavaScript client, without it.</summary>
public sealed record CreateKeyRequest(CreateKeyBody? Key, string? Name = null, string? Content = null);

public sealed record CreateKeyBody(string? Name, string? Content);

public sealed record RegionResource(
    string Name, string DisplayName, string Ssh, string Api, string Dashboard, string DatabaseApi, bool Default);

public sealed record RegionsReply(IReadOnlyList<RegionResource> Regions);
