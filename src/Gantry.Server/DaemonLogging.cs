namespace Gantry.Server;

/// <summary>How the daemon talks to its operator.</summary>
internal static class DaemonLogging
{
    /// <summary>One line an entry; what the web framework says of each request is left to the router's own log.</summary>
    public static void LogToConsole(this WebApplicationBuilder builder)
    {
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-dd HH:mm:ss.fff ";
            console.UseUtcTimestamp = true;
        });
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
    }
}
