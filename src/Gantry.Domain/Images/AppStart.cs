namespace Gantry.Domain.Images;

/// <summary>How an image is started, whatever starts it: the shell, its profile scripts, and the variables that every app has.</summary>
public static class AppStart
{
    /// <summary>Where the layer is, and where every command begins.</summary>
    public const string Directory = "/app";

    private const string Path = "/app/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private const string Script =
        """
        cd /app
        shopt -s nullglob
        for f in .profile.d/*.sh; do . "./$f"; done
        [ -f .profile ] && . ./.profile
        if [ "$2" = interactive ] && [ -f .bashrc ]; then . ./.bashrc; fi
        exec /bin/bash -c "$1"
        """;

    /// <summary>Followed by the command of a process type as one argument.</summary>
    public static IReadOnlyList<string> Entrypoint { get; } = ["/bin/bash", "-c", Script, "gantry"];

    /// <summary>The whole argument vector of a command.</summary>
    /// <param name="interactive">For people at a terminal: <c>.bashrc</c> is read too.</param>
    public static IReadOnlyList<string> Command(string command, bool interactive) => [.. Entrypoint, command, interactive ? "interactive" : ""];

    /// <summary>Variables of the image alone; those of the app and the platform come on top.</summary>
    public static Dictionary<string, string> Environment(Image image) => new(image.ConfigVars, StringComparer.Ordinal)
    {
        ["HOME"] = Directory,
        ["LANG"] = "C.UTF-8",
        ["TZ"] = "UTC",
        ["PATH"] = image.ConfigVars.TryGetValue("PATH", out var path) ? path : Path,
    };
}
