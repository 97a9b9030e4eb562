using System.Text.Json;
using System.Text.Json.Serialization;
using Gantry.Domain;
using Gantry.Domain.Deployments;

namespace Gantry.Bus.Nats;

/// <summary>One message of the stream: what a process published, in order, numbered so that repetitions are noticed.</summary>
/// <param name="Process">A new one at each start of a program.</param>
internal sealed record NotificationBatch(string Process, long Number, IReadOnlyList<NotificationItem> Items)
{
    private static readonly JsonSerializerOptions _json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, _json);

    /// <returns>Null for what no Gantry has written.</returns>
    public static NotificationBatch? FromBytes(byte[]? bytes)
    {
        try
        {
            return bytes is null ? null : JsonSerializer.Deserialize<NotificationBatch>(bytes, _json) is { Process: not null, Items: { } items } batch && items.All(i => i is not null) ? batch : null;
        }
        catch (JsonException)
        {
            // Somebody else uses the subject; the reader counts it as missed.
            return null;
        }
    }
}

/// <summary>One notification on the wire.</summary>
/// <param name="Number">Counts what the process published.</param>
internal sealed record NotificationItem(
    [property: JsonPropertyName("n")] long Number,
    [property: JsonPropertyName("k")] string Kind,
    [property: JsonPropertyName("a")] string? App = null,
    [property: JsonPropertyName("d")] string? Deployment = null,
    [property: JsonPropertyName("s")] string? Status = null,
    [property: JsonPropertyName("c")] string? Container = null,
    [property: JsonPropertyName("m")] long Missed = 0)
{
    public static NotificationItem From(long number, Notification notification) => notification switch
    {
        AppChanged n => new(number, "app", n.AppId.Value),
        DeploymentChanged n => new(number, "deployment", n.AppId.Value, n.DeploymentId.Value, n.Status.ToString()),
        DeploymentOutput n => new(number, "output", n.AppId.Value, n.DeploymentId.Value),
        ContainerChanged n => new(number, "container", Container: n.ContainerId.Value),
        Missed n => new(number, "missed", Missed: n.Count),
        _ => throw new NotSupportedException($"{notification.GetType().Name} has no form on the wire: give it one in NotificationItem."),
    };

    /// <summary>A kind that a newer program knows is missed: whoever gets it reads its stores.</summary>
    public Notification ToNotification() => this switch
    {
        { Kind: "app", App: { } app } => new AppChanged(new AppId(app)),
        { Kind: "deployment", App: { } app, Deployment: { } id } when Enum.TryParse<DeploymentStatus>(Status, out var status) =>
            new DeploymentChanged(new AppId(app), new DeploymentId(id), status),
        { Kind: "output", App: { } app, Deployment: { } id } => new DeploymentOutput(new AppId(app), new DeploymentId(id)),
        { Kind: "container", Container: { } container } => new ContainerChanged(new ContainerId(container)),
        _ => new Missed(Math.Max(1, Missed)),
    };
}
