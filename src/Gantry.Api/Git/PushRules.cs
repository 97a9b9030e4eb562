namespace Gantry.Api.Git;

/// <summary>Which pushes deploy.</summary>
internal static class PushRules
{
    private static readonly string[] Deployed = ["refs/heads/main", "refs/heads/master"];

    /// <param name="updates">Lines of <c>OLD NEW REF</c>, as git gives them to its hook.</param>
    /// <returns>The commit to deploy, or a sentence that says what to do.</returns>
    public static (string? Commit, string Sentence) Check(string updates, bool shallow)
    {
        var refs = updates.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ', 3)).Where(f => f.Length == 3).ToList();
        if (refs.Select(Refuse).FirstOrDefault(s => s is not null) is { } refused)
            return (null, refused);
        if (refs is not [var only])
            return (null, refs.Count == 0
                ? "The push holds nothing. Commit something and push again."
                : "Push main or master, not both at once: git push <remote> main");
        if (shallow)
            return (null, "This is a shallow clone: its history is incomplete and cannot be pushed. Fetch the rest and push again: git fetch --unshallow");
        return (only[1], "");
    }

    private static string? Refuse(string[] update)
    {
        var (commit, name) = (update[1], update[2]);
        if (commit.All(c => c == '0'))
            return $"{Short(name)} is what is deployed and cannot be deleted. To stop the app: gantry scale web:0; to remove it: gantry destroy";
        if (name.StartsWith("refs/tags/", StringComparison.Ordinal))
            return $"Tags are not deployed. Push the commit of {Short(name)} as main: git push <remote> {Short(name)}^{{}}:refs/heads/main";
        return Deployed.Contains(name)
            ? null
            : $"Only main and master are deployed. To deploy {Short(name)}: git push <remote> {Short(name)}:main";
    }

    private static string Short(string name) => name.Split('/', 3)[^1];
}
