using Gantry.Domain;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Git;

/// <summary>Where git reception keeps what.</summary>
internal sealed class GitPaths(IOptions<GitOptions> options)
{
    private readonly GitOptions _options = options.Value;

    public string Repositories => Path.Combine(_options.DataDirectory, "git");

    public string Ssh => Path.Combine(_options.DataDirectory, "ssh");

    public string SshdConfig => Path.Combine(Ssh, "sshd_config");

    public string GitConfig => Path.Combine(Ssh, "gitconfig");

    public string Hooks => Path.Combine(Ssh, "hooks");

    public string AuthorizedKeys => Path.Combine(Ssh, "authorized-keys");

    public string Session => Path.Combine(Ssh, "git-session");

    public string Socket => Path.Combine(_options.RunDirectory, "git.sock");

    public string SshdPid => Path.Combine(_options.RunDirectory, "sshd.pid");

    public string Repository(AppId app) => Path.Combine(Repositories, app.Value + ".git");

    public string HostKey(string type) => Path.Combine(Ssh, $"ssh_host_{type}_key");
}
