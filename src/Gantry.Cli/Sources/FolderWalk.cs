namespace Gantry.Cli.Sources;

/// <summary>The files of a folder that is in no repository.</summary>
internal static class FolderWalk
{
    public static IReadOnlyList<string> Files(string folder, Action<string> say)
    {
        if (File.Exists(Path.Combine(folder, ".gitignore")))
            say("warning: this folder is not in a git repository, so its .gitignore has no effect (git init gives it one).");
        var files = new List<string>();
        Walk(folder, "", files);
        return files;
    }

    private static void Walk(string folder, string prefix, List<string> files)
    {
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(e => e.Name, StringComparer.Ordinal))
            if (entry is DirectoryInfo { LinkTarget: null } directory)
                Walk(directory.FullName, prefix + directory.Name + "/", files);
            else
                files.Add(prefix + entry.Name);
    }
}
