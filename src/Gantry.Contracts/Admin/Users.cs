using Gantry.Contracts.V1;

namespace Gantry.Contracts.Admin;

public sealed record AdminUserResource(string Id, string Username, string Email, bool IsOperator, DateTimeOffset CreatedAt);

public sealed record AdminUsersReply(IReadOnlyList<AdminUserResource> Users);

/// <summary>A new account and its first API token, whose secret is shown only here.</summary>
public sealed record AdminUserReply(AdminUserResource User, TokenResource? Token);

public sealed record AdminCreateUserRequest(AdminCreateUserBody? User);

/// <param name="Password">For password login; an account without one uses tokens and SSH keys only.</param>
public sealed record AdminCreateUserBody(string? Username, string? Email, string? Password, bool? IsOperator);
