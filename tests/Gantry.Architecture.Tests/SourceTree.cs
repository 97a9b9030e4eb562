using System.Xml.Linq;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Gantry.Architecture.Tests;

/// <summary>The repository as it lies on the disk: no room has to be built for its rules to be checked.</summary>
internal static class SourceTree
{
    public static string Root { get; } = FindRoot();

    /// <summary>Rooms: the projects under <c>src</c>.</summary>
    public static IReadOnlyList<Room> Rooms { get; } =
        [.. Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories).Order().Select(path => new Room(path))];

    public static IReadOnlyList<SourceFile> Sources { get; } = Read("src");

    public static IReadOnlyList<SourceFile> Tests { get; } = Read("tests");

    private static SourceFile[] Read(string folder) =>
        [.. Directory.GetFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj"))
            .Order().Select(path => new SourceFile(path))];

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Directory.Packages.props")))
            directory = directory.Parent ?? throw new DirectoryNotFoundException("The tests must run inside the repository.");
        return directory.FullName;
    }
}

/// <summary>A project under <c>src</c> and what it depends on.</summary>
internal sealed class Room(string path)
{
    private readonly XDocument _project = XDocument.Load(path);

    public string Name { get; } = Path.GetFileNameWithoutExtension(path);

    public string[] References => [.. Includes("ProjectReference").Select(p => Path.GetFileNameWithoutExtension(p)).Order()];

    public string[] Packages => Includes("PackageReference");

    public string[] Includes(string item) => [.. _project.Descendants(item).Select(e => e.Attribute("Include")?.Value ?? "")];

    public override string ToString() => Name;
}

/// <summary>One C# file, by its path in the repository.</summary>
internal sealed class SourceFile
{
    private readonly Lazy<CompilationUnitSyntax> _syntax;

    public SourceFile(string path)
    {
        Path = path;
        Text = File.ReadAllText(System.IO.Path.Combine(SourceTree.Root, path));
        _syntax = new Lazy<CompilationUnitSyntax>(() => CSharpSyntaxTree.ParseText(Text).GetCompilationUnitRoot());
    }

    public string Path { get; }

    public string Text { get; }

    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    public CompilationUnitSyntax Syntax => _syntax.Value;

    public IEnumerable<T> All<T>() => Syntax.DescendantNodes().OfType<T>();

    public override string ToString() => Path;
}
