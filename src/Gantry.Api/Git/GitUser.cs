namespace Gantry.Api.Git;

/// <summary>The system user that everybody connects as.</summary>
public static class GitUser
{
    /// <summary>
    /// Makes the user when it is missing: a shell, because sshd runs the forced command with it, and a password that no
    /// input matches, because sshd takes a locked one (<c>!</c>) for a closed account.
    /// </summary>
    /// <exception cref="InvalidOperationException">A user of that name exists and cannot be used, or it cannot be made.</exception>
    /// <returns>True when it was made.</returns>
    public static async Task<bool> EnsureAsync(string name, string home, CancellationToken token)
    {
        var known = await Tool.RunAsync("getent", ["passwd", name], token);
        if (known.ExitCode != 0)
        {
            await Tool.MustAsync("useradd", ["--system", "--no-create-home", "--home-dir", home, "--shell", "/bin/sh", "--user-group", "--password", "*", name], token);
            return true;
        }
        var shell = known.Output.Trim().Split(':')[^1];
        if (shell.EndsWith("nologin", StringComparison.Ordinal) || shell.EndsWith("false", StringComparison.Ordinal) || shell.EndsWith("git-shell", StringComparison.Ordinal))
            throw new InvalidOperationException($"The user {name} has the shell {shell}, which cannot run the command of a git session. Choose another user (UserName) or give it one: usermod --shell /bin/sh {name}");
        var shadow = await Tool.RunAsync("getent", ["shadow", name], token);
        if (shadow.ExitCode == 0 && shadow.Output.Split(':') is [_, var password, ..] && password.StartsWith('!'))
            await Tool.MustAsync("usermod", ["--password", "*", name], token);
        return false;
    }
}
