using System.Diagnostics;
using Gantry.Domain.Accounts;

namespace Gantry.Git.Tests;

/// <summary>Somebody with a key, a working copy and git.</summary>
internal sealed record TestUser(User User, string Key, string Folder, int Port)
{
    private string Ssh => $"ssh -F /dev/null -i {Key} -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile={Folder}/known-{Port} -o LogLevel=ERROR -p {Port}";

    public string Url(string app) => $"ssh://{GitHost.UserName}@127.0.0.1:{Port}/{app}.git";

    public string ScpUrl(string app) => $"{GitHost.UserName}@127.0.0.1:{app}.git";

    public string SshCommand(string rest) => $"{Ssh} {GitHost.UserName}@127.0.0.1 {rest}";

    /// <summary>A new repository with one commit on main.</summary>
    public async Task<string> NewRepositoryAsync()
    {
        var folder = Path.Combine(Folder, "work-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        await Shell.MustAsync(folder, "git init -q -b main && echo hello > index.html && git add -A && " + Commit("first"));
        return folder;
    }

    public static string Commit(string message) => $"git -c user.name=T -c user.email=t@example.invalid commit -q -m '{message}'";

    public Task<(int ExitCode, string Output)> RunAsync(string folder, string command) => Shell.RunAsync(folder, command, Ssh);

    public Process Start(string folder, string command) => Shell.Start(folder, command, Ssh);
}

internal static class Shell
{
    public static Process Start(string folder, string command, string? ssh = null)
    {
        var start = new ProcessStartInfo("setsid", ["bash", "-c", $"exec 2>&1 </dev/null; {command}"]) { WorkingDirectory = folder, RedirectStandardOutput = true };
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        if (ssh is not null)
            start.Environment["GIT_SSH_COMMAND"] = ssh;
        return Process.Start(start)!;
    }

    public static async Task<(int ExitCode, string Output)> RunAsync(string folder, string command, string? ssh = null)
    {
        using var process = Start(folder, command, ssh);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, output);
    }

    public static async Task<string> MustAsync(string folder, string command)
    {
        var (exitCode, output) = await RunAsync(folder, command);
        Assert.True(exitCode == 0, $"{command}: {output}");
        return output;
    }
}
