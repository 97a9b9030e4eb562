namespace Gantry.Api.Git;

/// <summary>The system user that everybody connects as; platforms on one machine share it, unless they are configured otherwise.</summary>
public static class GitUser
{
    private const string Lock = "/run/gantry-git-user.lock";

    /// <summary>useradd's word for it, too.</summary>
    private const int IsThere = 9;

    /// <summary>
    /// Makes the user when it is missing: a shell, because sshd runs the forced command with it, and a password that no
    /// input matches, because sshd takes a locked one (<c>!</c>) for a closed account.
    /// </summary>
    /// <exception cref="InvalidOperationException">A user of that name exists and cannot be used, or it cannot be made.</exception>
    /// <returns>True when it was made.</returns>
    public static async Task<bool> EnsureAsync(string name, CancellationToken token)
    {
        var known = await Tool.RunAsync("getent", ["passwd", name], token);
        if (known.ExitCode != 0)
            return await MakeAsync(name, token);
        var shell = known.Output.Trim().Split(':')[^1];
        if (shell.EndsWith("nologin", StringComparison.Ordinal) || shell.EndsWith("false", StringComparison.Ordinal) || shell.EndsWith("git-shell", StringComparison.Ordinal))
            throw new InvalidOperationException($"The user {name} has the shell {shell}, which cannot run the command of a git session. Choose another user (UserName) or give it one: usermod --shell /bin/sh {name}");
        var shadow = await Tool.RunAsync("getent", ["shadow", name], token);
        if (shadow.ExitCode == 0 && shadow.Output.Split(':') is [_, var password, ..] && password.StartsWith('!'))
            await Tool.MustAsync("usermod", ["--password", "*", name], token);
        return false;
    }

    /// <summary>
    /// One at a time on this machine: several useradd of one name at once all succeed, and the last one decides the id. Its home is no
    /// platform's folder: when that platform is gone, sshd would complain to each pusher of the others.
    /// </summary>
    private static async Task<bool> MakeAsync(string name, CancellationToken token)
    {
        const string unlessThere = """
            getent passwd "$0" >/dev/null && exit 9
            exec useradd --system --no-create-home --home-dir / --shell /bin/sh --user-group --password '*' "$0"
            """;
        var (exitCode, _, errors) = await Tool.RunAsync("flock", ["-w", "60", Lock, "sh", "-c", unlessThere, name], token);
        return exitCode is 0 or IsThere
            ? exitCode == 0
            : throw new InvalidOperationException($"The user {name} cannot be made; useradd ended with {exitCode}: {errors.Trim()}");
    }
}
