namespace Gantry.Server.Configuration;

/// <summary>The section of the configuration that is Gantry's.</summary>
internal static class GantrySection
{
    public const string Name = "Gantry";

    public static GantryOptions Read(IConfiguration configuration) =>
        configuration.GetSection(Name).Get<GantryOptions>() ?? new GantryOptions();
}
