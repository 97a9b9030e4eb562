using Gantry.Domain;

namespace Gantry.Build.Sandbox;

/// <summary>The folder of one build on the host; gone when the build is over.</summary>
internal sealed class Workspace : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _root;

    /// <summary>Replaces what a build of the same id left when its process was killed.</summary>
    public Workspace(string dataDirectory, ContainerId build)
    {
        _root = Path.Combine(Parent(dataDirectory), build.Value);
        Dispose();
        Directory.CreateDirectory(_root, Private);
        Source = Make("source");
        Variables = Make("env");
        Kit = Make("kit");
    }

    /// <summary>Builds whose folder is there: those that run, and those that were interrupted.</summary>
    public static IReadOnlyList<ContainerId> List(string dataDirectory) =>
        Directory.Exists(Parent(dataDirectory)) ? [.. Directory.GetDirectories(Parent(dataDirectory)).Select(d => new ContainerId(Path.GetFileName(d)))] : [];

    private static string Parent(string dataDirectory) => Path.Combine(dataDirectory, "build");

    /// <summary>Holds <c>source.tar</c>.</summary>
    public string Source { get; }

    /// <summary>One file a variable.</summary>
    public string Variables { get; }

    /// <summary>The script, its pipes and the operator's settings.</summary>
    public string Kit { get; }

    public string SourceTar => Path.Combine(Source, "source.tar");

    public void WriteVariables(IReadOnlyDictionary<string, string> variables)
    {
        foreach (var (name, value) in variables)
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
            var path = Path.Combine(Variables, name);
            using var writer = new StreamWriter(path, options);
            writer.Write(value);
            Native.GiveToBuild(path);
        }
    }

    /// <summary>Call it when everything is in place: only the app's user may read it.</summary>
    public void GiveToApp()
    {
        foreach (var folder in new[] { Source, Variables, Kit })
        {
            Native.GiveToApp(folder);
            foreach (var entry in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories))
                Native.GiveToApp(entry);
        }
    }

    public void Dispose()
    {
        if (Directory.Exists(_root))
            Directory.Delete(_root, recursive: true);
    }

    private string Make(string name)
    {
        var path = Directory.CreateDirectory(Path.Combine(_root, name), Private).FullName;
        Native.GiveToBuild(path);
        return path;
    }
}
