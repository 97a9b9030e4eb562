namespace Gantry.Server.Configuration;

/// <summary>Reads the configuration: defaults, then the file, then variables such as <c>GANTRY__Gantry__Edge__Domain</c>.</summary>
internal static class ConfigurationFile
{
    public const string DefaultPath = "/var/lib/gantry/gantry.json";

    /// <exception cref="FileNotFoundException">A file was named that is not there.</exception>
    public static void Add(IConfigurationBuilder configuration, FileInfo? file)
    {
        if (file is not null)
            configuration.AddJsonFile(file.FullName, optional: false);
        else
            configuration.AddJsonFile(DefaultPath, optional: true);
        configuration.AddEnvironmentVariables("GANTRY__");
    }
}
