namespace Gantry.Cli.Sources;

/// <summary>Decides which of the listed files can be packed, and says which cannot.</summary>
internal static class SourceFiles
{
    /// <summary>The full path and the name in the archive of each.</summary>
    public static IReadOnlyList<(string Path, string Name)> Choose(string folder, IReadOnlyList<string> names, Action<string> say)
    {
        var chosen = names.Select(name => (Path: Path.Combine(folder, name), Name: name)).Where(f => Packable(f.Path, f.Name, say)).ToList();
        var size = chosen.Sum(f => new FileInfo(f.Path) is { LinkTarget: null } info ? info.Length : 0);
        if (size > SourceArchive.UnpackedLimit)
            say($"warning: the source is {Output.Human.Bytes(size)} unpacked, and platforms take {Output.Human.Bytes(SourceArchive.UnpackedLimit)} by default.");
        return chosen;
    }

    private static bool Packable(string path, string name, Action<string> say)
    {
        var info = new FileInfo(path);
        if (info.LinkTarget is not null)
            return true;
        if (Directory.Exists(path))
            say($"warning: {name} is a repository of its own (a submodule?) and is left out.");
        // What git still lists but is no longer there was deleted and not yet committed: nothing to say about it.
        return info.Exists;
    }
}
