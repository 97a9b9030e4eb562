namespace Gantry.Server.Configuration;

/// <summary>Reads the configuration: defaults, then the file, then variables such as <c>GANTRY__Gantry__Edge__Domain</c>.</summary>
internal static class ConfigurationFile
{
    public const string DefaultPath = "/var/lib/gantry/gantry.json";

    /// <summary>
    /// A process with nothing configured yet. The folder in which it happens to be started is none of its business: settings would be taken
    /// from there, and it would be watched with all below it, which for a service is the whole file system.
    /// </summary>
    public static WebApplicationBuilder NewBuilder() => WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });

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
