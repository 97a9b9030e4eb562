using Gantry.Domain;

namespace Gantry.Agent.Logs;

/// <summary>Where the log of an app is: one spool directory for each container, and one for each source of the platform.</summary>
public static class AppLogPaths
{
    private const string Platform = "platform";

    /// <summary>No source has a name like it.</summary>
    private const string Archives = ".archives";

    /// <summary>The spool of a container, to be given to the supervisor.</summary>
    /// <exception cref="ArgumentException">A name is none that a path can hold.</exception>
    public static string Spool(string logs, AppId app, string source, ContainerId container) =>
        Path.Combine(App(logs, app), $"{Checked(source)}.{Checked(container.Value)}");

    internal static string App(string logs, AppId app) => Path.Combine(logs, Checked(app.Value));

    internal static string PlatformSpool(string logs, AppId app, string source) =>
        Path.Combine(App(logs, app), $"{Checked(source)}.{Platform}");

    /// <summary>The spools that archived segments of an app were moved to.</summary>
    internal static IReadOnlyList<string> ArchivedSpools(string appDirectory) => Subdirectories(Path.Combine(appDirectory, Archives));

    /// <summary>Where the segments of a spool are archived.</summary>
    internal static string Archive(string spool) => Path.Combine(Path.GetDirectoryName(spool)!, Archives, Path.GetFileName(spool));

    /// <summary>The spool that an archived one was moved from.</summary>
    internal static string Unarchived(string archive) => Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(archive)!)!, Path.GetFileName(archive));

    internal static string SourceOf(string spool) => Path.GetFileNameWithoutExtension(spool);

    internal static IReadOnlyList<string> Spools(string appDirectory) =>
        [.. Subdirectories(appDirectory).Where(path => Path.GetFileName(path) != Archives)];

    private static string[] Subdirectories(string directory)
    {
        try
        {
            return Directory.GetDirectories(directory);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>Removes an app's logs, while a compaction may still be at work in there.</summary>
    internal static void Delete(string logs, AppId app)
    {
        for (var tries = 5; Directory.Exists(App(logs, app)); tries--)
        {
            try
            {
                Directory.Delete(App(logs, app), recursive: true);
            }
            catch (IOException) when (tries > 0)
            {
                // A file came or went meanwhile.
                continue;
            }
        }
    }

    private static string Checked(string name) =>
        name.Length is > 0 and <= 100 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? name
            : throw new ArgumentException($"'{name}' cannot be part of a log's name: only letters, digits, '-' and '_' can.");
}
