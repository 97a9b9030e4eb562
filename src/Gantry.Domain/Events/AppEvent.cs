namespace Gantry.Domain.Events;

/// <summary>An entry of the audit timeline.</summary>
/// <param name="Type">v1 event type: <c>new_app</c>, <c>deployment</c>, <c>scale</c>, <c>crash</c> …</param>
/// <param name="DataJson">The v1 <c>type_data</c> object of that type, as JSON; never holds variable values.</param>
public sealed record AppEvent(
    EventId Id, DateTimeOffset CreatedAt, string Type, UserId? UserId, string Username, AppId? AppId, string AppName, string DataJson)
{
    /// <value>It is about the platform itself: for operators, and in nobody's own timeline.</value>
    public bool OfPlatform { get; init; }
}
