namespace Gantry.Control.Hosts.Joining;

/// <summary>How machines become hosts of the cluster.</summary>
public sealed class JoiningOptions
{
    /// <value>Where hosts ask to join, over HTTPS: <c>10.0.0.1:7443</c>. Empty: nowhere.</value>
    public string Listen { get; set; } = "";

    /// <value>How hosts reach that address: <c>https://gantry.internal:7443</c>. Empty: made from <see cref="Listen"/>.</value>
    public string PublicUrl { get; set; } = "";

    /// <value>The IPv4 network that the /20 of each joined host is taken from: 1,024 hosts in the default, 10.192.0.0/10.</value>
    public string ContainerNetwork { get; set; } = "10.192.0.0/10";

    /// <value>How long a join token is good. Defaults to 1 h.</value>
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <value>How long a host's certificate is good; hosts renew it at two thirds. Defaults to 90 days.</value>
    public TimeSpan HostCertificateLifetime { get; set; } = TimeSpan.FromDays(90);

    /// <value>The same for the certificates of control processes, which are kept in memory only. Defaults to 1 day.</value>
    public TimeSpan ControlCertificateLifetime { get; set; } = TimeSpan.FromDays(1);

    /// <value>Wrong tokens a minute that one address may show before it has to wait. Defaults to 10.</value>
    public int WrongTokensPerMinute { get; set; } = 10;
}
