using Gantry.Domain;

namespace Gantry.Build.Archives;

/// <summary>Turns the name of an archive entry into a path inside the source, or says which rule it breaks.</summary>
internal static class EntryPath
{
    private const int MaxLength = 4096;

    /// <summary>The name without <c>.</c> parts and slashes at its ends; empty for the root itself.</summary>
    public static Outcome<string> Normalise(string name)
    {
        if (name.StartsWith('/'))
            return Refusals.Archive(name, "has an absolute path", "Make the archive with relative paths, from the folder that holds the source");
        if (name.Contains('\uFFFD', StringComparison.Ordinal))
            return Refusals.Archive(name, "has a name that is not valid UTF-8", "Rename the file with characters of UTF-8");
        if (name.Length > MaxLength)
            return Refusals.Archive(name[..64] + "…", $"has a path longer than {MaxLength} characters", "Shorten it");
        var parts = name.Split('/').Where(p => p is not ("" or ".")).ToArray();
        if (parts.Contains(".."))
            return Refusals.Archive(name, "has '..' in its path, which leads out of the source", "Make the archive from the folder that holds the source");
        return string.Join('/', parts);
    }

    /// <summary>Splits off the first folder.</summary>
    public static (string Root, string Below) SplitRoot(string path)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (path, "") : (path[..slash], path[(slash + 1)..]);
    }
}
