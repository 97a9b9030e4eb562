namespace Gantry.Api;

/// <summary>What the API tells its clients about the platform, and its limits.</summary>
public sealed class ApiOptions
{
    /// <summary>Address clients use for every HTTP role; its port appears explicitly in attach addresses.</summary>
    public Uri PublicUrl { get; set; } = new("http://127.0.0.1:3000");
    public string RegionName { get; set; } = "local";
    public string RegionDisplayName { get; set; } = "This machine";

    /// <summary><c>host:port</c> of the git server.</summary>
    public string SshEndpoint { get; set; } = "127.0.0.1:2222";

    /// <summary>Address of an app; <c>{name}</c> stands for its name.</summary>
    public string AppUrlFormat { get; set; } = "http://{name}.apps.localhost:8080";
    public string GitUrlFormat { get; set; } = "ssh://git@127.0.0.1:2222/{name}.git";

    /// <summary>Address of the dashboard; the public address when null.</summary>
    public Uri? DashboardUrl { get; set; }

    /// <summary>Folder for the signing key (mode 0600) and the list of uploaded sources.</summary>
    public string DataFolder { get; set; } = "/var/lib/gantry/api";

    /// <summary>Key that signs session tokens, at least 32 bytes; null keeps one in <see cref="DataFolder"/>.</summary>
    public byte[]? SigningKey { get; set; }
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromHours(1);
    public TimeSpan SourceLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Largest JSON body.</summary>
    public long MaxBodyBytes { get; set; } = 2 * 1024 * 1024;
    public long MaxSourceBytes { get; set; } = 314_572_800;

    /// <summary>Largest file sent to a one-off.</summary>
    public long MaxUploadBytes { get; set; } = 100 * 1024 * 1024;
    public int MaxContainersPerType { get; set; } = 10;
    public int MaxOneOffsPerApp { get; set; } = 10;
    public int MaxOneOffsPerAccount { get; set; } = 50;

    /// <summary>How often the registry forgets what is no longer stored.</summary>
    public TimeSpan CollectInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Requests per minute and user; 0 for no limit.</summary>
    public int RequestsPerMinute { get; set; }

    /// <summary>Failed password logins per minute and client address before further ones are refused.</summary>
    public int FailedLoginsPerMinute { get; set; } = 20;

    /// <summary>Attached one-offs without data in either direction for this long are stopped.</summary>
    public TimeSpan AttachIdleLimit { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Who asks for the end of a one-off has been attached to it. One whose terminal nobody has taken by then is stopped: its connection was lost,
    /// with the process that held it, before the command began.
    /// </summary>
    public TimeSpan AttachLost { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Pause between the answer to CONNECT and the first output: clients lose output that arrives with the headers.
    /// </summary>
    public TimeSpan AttachHeaderDelay { get; set; } = TimeSpan.FromMilliseconds(150);

    /// <summary>Pause before an attach connection closes: clients crash when it closes right after the last output.</summary>
    public TimeSpan AttachLinger { get; set; } = TimeSpan.FromMilliseconds(600);

    /// <summary>Keep-alive of WebSockets and event streams; clients give up after 30 s of silence.</summary>
    public TimeSpan StreamPing { get; set; } = TimeSpan.FromSeconds(15);
}
