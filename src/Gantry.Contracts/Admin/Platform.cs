namespace Gantry.Contracts.Admin;

/// <summary>A stack with its digests. Status is <c>active</c> or <c>deprecated</c>.</summary>
public sealed record AdminStackResource(
    string Id, string Name, string Description, string BaseImage, bool Default, string RunDigest, string BuildDigest,
    DateTimeOffset CreatedAt, DateTimeOffset? DeprecatedAt);

public sealed record AdminStackReply(AdminStackResource Stack);

public sealed record AdminStacksReply(IReadOnlyList<AdminStackResource> Stacks);

public sealed record AdminImportStackRequest(AdminImportStackBody? Stack);

/// <summary>Imports a root file system as a stack.</summary>
/// <param name="RunPath">On the server: a root file system tarball, or the folder of an OCI layout.</param>
/// <param name="BuildPath">The variant that builds run on; the run one when null.</param>
public sealed record AdminImportStackBody(string? Name, string? Description, string? RunPath, string? BuildPath, bool? Default);

/// <summary>One check of the machine: status <c>ok</c>, <c>warn</c> or <c>fail</c>, and what to do about it.</summary>
public sealed record CheckResource(string Name, string Status, string Message, string Fix);

public sealed record DoctorReply(IReadOnlyList<CheckResource> Checks);

/// <summary>One item of a security checklist: status <c>met</c>, <c>not met</c> or <c>not applicable</c>, and what was seen.</summary>
public sealed record SecurityItemResource(string Checklist, string Item, string Title, string Status, string Seen);

public sealed record SecurityReply(IReadOnlyList<SecurityItemResource> Items);
