namespace Gantry.Store.Backups;

/// <summary>Keys and identities that lie as files in the data folder, and the mark of a restore that did not end.</summary>
internal sealed class SmallFiles(BackupOptions options)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private string Root => Path.GetFullPath(options.DataDirectory);

    private string Mark => MarkIn(Root);

    public static string MarkIn(string dataDirectory) => Path.Combine(dataDirectory, "restore-unfinished");

    public IReadOnlyList<SmallFile> Read() =>
    [
        .. options.Files.SelectMany(Find).Distinct().Order(StringComparer.Ordinal)
            .Select(path => new SmallFile(Path.GetRelativePath(Root, path), (int)File.GetUnixFileMode(path), File.ReadAllBytes(path))),
    ];

    public byte[]? ReadConfiguration() => options.ConfigurationPath is { } path && File.Exists(path) ? File.ReadAllBytes(path) : null;

    /// <summary>From here on only a restore of this backup that ends makes the target usable.</summary>
    public void PutMark(string id)
    {
        Directory.CreateDirectory(Root);
        Put(Mark, id.Select(c => (byte)c).ToArray(), OwnerOnly);
    }

    public bool IsMarkedBy(string id) => File.Exists(Mark) && File.ReadAllText(Mark) == id;

    public void RemoveMark()
    {
        File.Delete(Mark);
        DirectorySync.Flush(Root);
    }

    public void Restore(IEnumerable<SmallFile> files)
    {
        foreach (var file in files)
        {
            var path = Path.GetFullPath(Path.Combine(Root, file.Path));
            if (!path.StartsWith(Root + "/", StringComparison.Ordinal))
                throw new InvalidDataException($"The backup holds a file {file.Path}, which is not below the data folder.");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            Put(path, file.Content, (UnixFileMode)file.Mode);
        }
    }

    private IEnumerable<string> Find(string pattern)
    {
        var folder = Path.Combine(Root, Path.GetDirectoryName(pattern)!);
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, Path.GetFileName(pattern)) : [];
    }

    private static void Put(string path, byte[] content, UnixFileMode mode)
    {
        var draft = path + ".restoring";
        File.Delete(draft);
        using (var file = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.SetUnixFileMode(draft, mode);
        File.Move(draft, path, overwrite: true);
        DirectorySync.Flush(Path.GetDirectoryName(path)!);
    }
}
