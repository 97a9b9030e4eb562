namespace Gantry.Api.Git;

/// <summary>How code is received by git over SSH.</summary>
public sealed class GitOptions
{
    /// <summary>Holds <c>git/</c> (the repositories) and <c>ssh/</c> (host keys, configuration, scripts). Every folder above must belong to root and be writable by root alone: sshd insists on it.</summary>
    public string DataDirectory { get; set; } = "/var/lib/gantry/data";

    /// <summary>Holds <c>git.sock</c>, through which sshd's helpers ask this process, and sshd's process id.</summary>
    public string RunDirectory { get; set; } = "/run/gantry";

    /// <summary>Address and port of the SSH server.</summary>
    public string Listen { get; set; } = "127.0.0.1:2222";

    /// <summary>The system user everybody connects as; see <see cref="GitUser"/>.</summary>
    public string UserName { get; set; } = "git";

    public string SshdPath { get; set; } = "/usr/sbin/sshd";

    /// <summary>Address of an app; <c>{name}</c> stands for its name.</summary>
    public string AppUrlFormat { get; set; } = "http://{name}.apps.localhost:8080";

    /// <summary>Largest source, as an uncompressed archive in bytes.</summary>
    public long MaxSourceBytes { get; set; } = 314_572_800;

    /// <summary>Largest pack of one push in bytes: history included.</summary>
    public long MaxPushBytes { get; set; } = 2L * 1024 * 1024 * 1024;

    /// <summary>Pause before a died SSH server is started again.</summary>
    public TimeSpan RestartDelay { get; set; } = TimeSpan.FromSeconds(2);
}
