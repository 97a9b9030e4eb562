using System.Formats.Tar;
using System.IO.Compression;
using Gantry.Cli.Git;

namespace Gantry.Cli.Sources;

/// <summary>A gzip-compressed tarball with one root folder, ready to be sent; a temporary one is deleted with this.</summary>
/// <param name="Files">How many entries were packed; 0 for an archive that was given.</param>
/// <param name="GitRef">The commit it was made from, if it was made from one.</param>
internal sealed record SourceArchive(string Path, bool IsTemporary, int Files, string? GitRef) : IDisposable
{
    /// <summary>The platform's limit for an unpacked source, in bytes.</summary>
    public const long UnpackedLimit = 314_572_800;

    public long Length => new FileInfo(Path).Length;

    public static SourceArchive Open(string path, Action<string> say)
    {
        if (Directory.Exists(path))
            return FromFolder(System.IO.Path.GetFullPath(path), say);
        if (!File.Exists(path))
            throw new CliError(ExitCode.BadInput, $"There is no file or folder {path}.");
        if (path.EndsWith(".war", StringComparison.OrdinalIgnoreCase))
            return Pack(writer => writer.WriteEntry(path, "app/" + System.IO.Path.GetFileName(path)), 1, null);
        return IsGzip(path) ? new SourceArchive(path, IsTemporary: false, 0, null) : throw NotAnArchive(path);
    }

    public void Dispose()
    {
        if (IsTemporary)
            File.Delete(Path);
    }

    private static SourceArchive FromFolder(string folder, Action<string> say)
    {
        var repository = new GitRepository(folder);
        var files = repository.Exists ? repository.Files() : FolderWalk.Files(folder, say);
        var chosen = SourceFiles.Choose(folder, files, say);
        if (chosen.Count == 0)
            throw new CliError(ExitCode.BadInput, $"{folder} holds no file to deploy.", "Give the folder of your app: gantry deploy FOLDER");
        return Pack(writer =>
        {
            foreach (var (path, name) in chosen)
                Add(writer, path, name);
        }, chosen.Count, repository.Exists ? repository.Head() : null);
    }

    private static void Add(TarWriter writer, string path, string name)
    {
        try
        {
            writer.WriteEntry(path, "app/" + name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliError(ExitCode.BadInput, $"{name} cannot be packed: {e.Message}",
                "Only files, folders and symbolic links can be deployed; list what does not belong to the app in .gitignore.", e);
        }
    }

    private static SourceArchive Pack(Action<TarWriter> write, int files, string? gitRef)
    {
        var path = System.IO.Path.GetTempFileName();
        try
        {
            using var file = File.Create(path);
            using var gzip = new GZipStream(file, CompressionLevel.Fastest);
            using var writer = new TarWriter(gzip, TarEntryFormat.Pax);
            write(writer);
        }
        catch
        {
            File.Delete(path);
            throw;
        }

        return new SourceArchive(path, IsTemporary: true, files, gitRef);
    }

    private static bool IsGzip(string path)
    {
        using var file = File.OpenRead(path);
        return file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
    }

    private static CliError NotAnArchive(string path) => new(ExitCode.BadInput, $"{path} is not a gzip-compressed tarball.",
        "Give the folder and gantry packs it: gantry deploy FOLDER\n" +
        "or pack it with one root folder: tar -czf app.tar.gz my-app/");
}
