using Gantry.Domain;

namespace Gantry.Api;

/// <summary>New ids, sortable by time of making, with the prefixes that clients know.</summary>
internal static class NewId
{
    public static UserId User() => new("us-" + Next());

    public static TokenId Token() => new("tk-us-" + Next());

    public static KeyId Key() => new(Next());

    public static AppId App() => new("ap-" + Next());

    public static VariableId Variable() => new(Next());

    public static DeploymentId Deployment() => new(Next());

    public static ContainerId Container() => new(Next());

    public static OperationId Operation() => new(Next());

    public static EventId Event() => new(Next());

    public static string Next() => Guid.CreateVersion7().ToString("D");
}
