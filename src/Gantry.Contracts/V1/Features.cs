namespace Gantry.Contracts.V1;

/// <summary>A base image. <see cref="DeprecatedAt"/> is <c>YYYY-MM-DD</c> or null, unlike every other date.</summary>
public sealed record StackResource(
    string Id, DateTimeOffset CreatedAt, string Name, string Description, string BaseImage, bool Default, string? DeprecatedAt);

public sealed record StacksReply(IReadOnlyList<StackResource> Stacks);
