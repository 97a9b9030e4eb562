namespace Gantry.Router.Forwarding;

/// <summary>The cookie that binds a browser to a container.</summary>
internal static class StickyCookie
{
    /// <summary>Known to clients of the v1 platform.</summary>
    public const string Name = "sc-sticky-session";
}
