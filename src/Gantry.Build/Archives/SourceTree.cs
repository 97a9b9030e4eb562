using Gantry.Domain;

namespace Gantry.Build.Archives;

/// <summary>The tree that an archive describes, as far as its links need it: no link may lead out of it.</summary>
internal sealed class SourceTree
{
    private const int MaxHops = 40;

    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);

    public int Entries { get; private set; }

    public void AddDirectory(string path) => Add(path);

    public void AddFile(string path)
    {
        Add(path);
        _files.Add(path);
    }

    public void AddLink(string path, string target)
    {
        Add(path);
        _files.Remove(path);
        _links[path] = target;
    }

    public bool HasFile(string path) => _files.Contains(path);

    /// <summary>A parent of the path that is a symbolic link, or null: writing through it could end up anywhere.</summary>
    public string? LinkAbove(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            if (_links.ContainsKey(path[..slash]))
                return path[..slash];
        }

        return null;
    }

    /// <summary>The first symbolic link that leads out of the tree once all of them are known, or null.</summary>
    public Refusal? CheckLinks()
    {
        foreach (var (path, target) in _links)
        {
            if (!StaysInside(path, target))
                return Refusals.Archive(path, $"is a symbolic link to '{target}', out of the source", "Replace it by a relative link to a file of the source, or by the file itself");
        }

        return null;
    }

    private void Add(string path)
    {
        Entries++;
        _links.Remove(path);
    }

    /// <summary>Follows the link as the kernel would, other links on the way included.</summary>
    private bool StaysInside(string path, string target)
    {
        var position = path.Split('/')[..^1].ToList();
        var pending = new Stack<string>();
        if (!Push(pending, target, position))
            return false;
        for (var hops = 0; pending.TryPop(out var part);)
        {
            if (part == ".." && position.Count == 0)
                return false;
            if (part == "..")
            {
                position.RemoveAt(position.Count - 1);
                continue;
            }

            position.Add(part);
            if (!_links.TryGetValue(string.Join('/', position), out var next))
                continue;
            if (++hops > MaxHops)
                return true; // A circle leads nowhere; opening it fails, but inside.
            position.RemoveAt(position.Count - 1);
            if (!Push(pending, next, position))
                return false;
        }

        return true;
    }

    /// <summary>The source lives in <c>/app</c>, so absolute links to there stay inside.</summary>
    private static bool Push(Stack<string> pending, string target, List<string> position)
    {
        if (target.StartsWith('/'))
        {
            if (target != "/app" && !target.StartsWith("/app/", StringComparison.Ordinal))
                return false;
            position.Clear();
            target = target["/app".Length..];
        }

        foreach (var part in target.Split('/').Where(p => p is not ("" or ".")).Reverse())
            pending.Push(part);
        return true;
    }
}
