namespace Gantry.Cli.Http;

/// <summary>Addresses of the calls that only operators may use.</summary>
internal static class AdminApi
{
    public const string Prefix = "/admin";

    public static string App(string name) => $"{Prefix}/apps/{Uri.EscapeDataString(name)}";

    public static string Tokens(string user) => $"{Prefix}/users/{Uri.EscapeDataString(user)}/tokens";
}
