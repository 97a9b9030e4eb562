namespace Gantry.Agent.Logs.Syslog;

/// <summary>How the host listens for syslog.</summary>
public sealed class SyslogOptions
{
    /// <summary>Address and port for TLS; port 0: one that is free, and the same after a restart.</summary>
    public string SecureListen { get; set; } = "127.0.0.1:0";

    /// <summary>Address and port without TLS; empty: none.</summary>
    public string PlainListen { get; set; } = "";

    /// <summary>Further names and addresses that the certificate is for, besides loopback, the host's name and the listening address.</summary>
    public IList<string> CertificateNames { get; set; } = [];

    /// <summary>With more, the connection that has been silent longest and never sent a known tag is closed.</summary>
    public int MaxConnections { get; set; } = 4096;

    /// <summary>A longer message is cut here and what was cut off is counted in the log.</summary>
    public int MaxMessageBytes { get; set; } = 64 << 10;

    /// <summary>A message that has begun must be complete, and a TLS handshake finished, after this time.</summary>
    public TimeSpan FrameTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Life of the server's certificate; it is renewed at two thirds.</summary>
    public TimeSpan CertificateLifetime { get; set; } = TimeSpan.FromDays(90);
}
