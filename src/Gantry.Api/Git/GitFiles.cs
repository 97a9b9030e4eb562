using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Git;

/// <summary>Folders, keys, scripts and configuration of the SSH server, written anew at each start.</summary>
internal sealed class GitFiles(IOptions<GitOptions> options, GitPaths paths)
{
    private const UnixFileMode Traversable = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Everyone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Program = Everyone | UnixFileMode.UserExecute | Traversable;

    private readonly GitOptions _options = options.Value;

    public async Task WriteAsync(CancellationToken token)
    {
        await GitUser.EnsureAsync(_options.UserName, token);
        MakeFolders();
        // A user that was made anew, after another platform took it away, need not have the id of the one before.
        if ((await Tool.RunAsync("stat", ["-c", "%U", paths.Repositories], token)).Output.Trim() != _options.UserName)
            await Tool.MustAsync("chown", ["-R", $"{_options.UserName}:", paths.Repositories], token);
        await Tool.MustAsync("chown", ["-R", "root:root", paths.Ssh], token);
        CheckOwners();
        foreach (var type in new[] { "ed25519", "rsa" })
            await MakeHostKeyAsync(type, token);
        await WriteFileAsync(paths.AuthorizedKeys, GitScripts.AuthorizedKeys(paths), Program, token);
        await WriteFileAsync(paths.Session, GitScripts.Session(paths), Program, token);
        await WriteFileAsync(Path.Combine(paths.Hooks, "pre-receive"), GitScripts.PreReceive(paths), Program, token);
        await WriteFileAsync(Path.Combine(paths.Hooks, "post-receive"), GitScripts.PostReceive(), Program, token);
        await WriteFileAsync(paths.GitConfig, GitConfig(), Everyone, token);
        await WriteFileAsync(paths.SshdConfig, SshdConfig(), Everyone, token);
    }

    private void MakeFolders()
    {
        Directory.CreateDirectory(paths.Hooks, Program);
        Directory.CreateDirectory(paths.Repositories, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(_options.RunDirectory, Program);
        // sshd separates privileges in this folder and does not make it.
        Directory.CreateDirectory("/run/sshd", Program);
        // The git user must get through to its repositories; it sees nothing on the way.
        foreach (var folder in new[] { _options.DataDirectory, _options.RunDirectory, paths.Ssh, paths.Hooks })
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | Traversable);
    }

    /// <summary>sshd ignores a key command under a folder that others may write, and says so only in its log.</summary>
    private void CheckOwners()
    {
        for (var folder = new DirectoryInfo(paths.Ssh); folder is not null; folder = folder.Parent)
        {
            if ((folder.UnixFileMode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0)
                throw new InvalidOperationException($"{folder.FullName} is writable by others than root, so sshd would accept no key. Run: chmod go-w {folder.FullName}, or choose another data directory.");
        }
    }

    private async Task MakeHostKeyAsync(string type, CancellationToken token)
    {
        var path = paths.HostKey(type);
        if (!File.Exists(path))
            await Tool.MustAsync("ssh-keygen", ["-q", "-t", type, "-N", "", "-C", "gantry", "-f", path], token);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static async Task WriteFileAsync(string path, string text, UnixFileMode mode, CancellationToken token)
    {
        var draft = path + ".new";
        await File.WriteAllTextAsync(draft, text, token);
        File.SetUnixFileMode(draft, mode);
        File.Move(draft, path, overwrite: true);
    }

    /// <summary>Shallow pushes get as far as the hook, whose sentence says what to do; git's own does not.</summary>
    private string GitConfig() => string.Create(CultureInfo.InvariantCulture, $"""
        [core]
            hooksPath = {paths.Hooks}
        [safe]
            directory = *
        [init]
            defaultBranch = main
        [receive]
            shallowUpdate = true
            keepAlive = 1
            maxInputSize = {_options.MaxPushBytes}
        [gc]
            autoDetach = true

        """);

    private string SshdConfig()
    {
        if (!IPEndPoint.TryParse(_options.Listen, out var listen))
            throw new FormatException($"The SSH server cannot listen on '{_options.Listen}': expected address:port such as 127.0.0.1:2222.");
        return string.Create(CultureInfo.InvariantCulture, $"""
            # Written by gantryd at each start: changes are lost.
            Port {listen.Port}
            ListenAddress {listen.Address}
            HostKey {paths.HostKey("ed25519")}
            HostKey {paths.HostKey("rsa")}
            PidFile {paths.SshdPid}
            UsePAM no
            AllowUsers {_options.UserName}
            AuthenticationMethods publickey
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            AuthorizedKeysFile none
            AuthorizedKeysCommand {paths.AuthorizedKeys} %t %k %f
            AuthorizedKeysCommandUser {_options.UserName}
            DisableForwarding yes
            PermitTTY no
            PermitUserRC no
            PermitTunnel no
            PrintMotd no
            PrintLastLog no
            AcceptEnv GIT_PROTOCOL
            UseDNS no
            LoginGraceTime 30
            MaxAuthTries 12
            MaxStartups 50:30:200
            ClientAliveInterval 15
            ClientAliveCountMax 4
            LogLevel INFO

            """);
    }
}
