using Gantry.Control.Containers;

namespace Gantry.Control;

/// <summary>Options of the control loops.</summary>
public sealed class ControlOptions
{
    /// <value>Shown to apps as REGION_NAME. Defaults to <c>local</c>.</value>
    public string RegionName { get; set; } = "local";

    /// <value>Default host of an app; <c>{0}</c> is its name. Defaults to <c>{0}.apps.localhost</c>.</value>
    public string HostFormat { get; set; } = "{0}.apps.localhost";

    /// <value>Address printed at the end of a deployment; <c>{0}</c> is the app's name.</value>
    public string UrlFormat { get; set; } = "http://{0}.apps.localhost:8080";

    /// <value>Builds at the same time on this machine; further ones stay queued. Defaults to 2.</value>
    public int MaxConcurrentBuilds { get; set; } = 2;

    /// <value>Deployments at the same time of one owner; further ones wait. Defaults to 10.</value>
    public int MaxConcurrentDeploymentsPerOwner { get; set; } = 10;

    /// <value>How long a web container may take to accept connections. Defaults to 60 s.</value>
    public TimeSpan ReadyTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <value>Containers that may boot at the same time on one host; further ones wait for their turn. Defaults to four for each processor, and eight at least.</value>
    public int? BootsAtOnce { get; set; }

    /// <value>How long a container that is not ready yet keeps others waiting at most. Defaults to 5 s.</value>
    public TimeSpan BootTurn { get; set; } = TimeSpan.FromSeconds(5);

    /// <value>How long requests under way may go on before a container is told to stop. Defaults to 30 s.</value>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <value>True when other processes route to the same containers: what they still use is not stopped. Defaults to true with NATS.</value>
    public bool SeveralRouters { get; set; }

    /// <value>Time between SIGTERM and SIGKILL. Defaults to 30 s.</value>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <value>How long a postdeploy hook may take. Defaults to 20 minutes.</value>
    public TimeSpan HookTimeout { get; set; } = TimeSpan.FromMinutes(20);

    /// <value>How long a one-off waits for its user to attach. Defaults to 5 minutes.</value>
    public TimeSpan AttachTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <value>Bytes that a container may write under /app and /tmp. Defaults to 2 GiB.</value>
    public long ScratchBytes { get; set; } = 2L * 1024 * 1024 * 1024;

    /// <value>What differs from the catalogue of sizes, by the name of the size (<c>Sizes:M:LogLinesPerMinute</c>).</value>
    public IDictionary<string, SizeLimits> Sizes { get; } = new Dictionary<string, SizeLimits>(StringComparer.OrdinalIgnoreCase);

    /// <value>Images kept per app beside the one that serves, for rollbacks. Defaults to 5.</value>
    public int KeptImages { get; set; } = 5;

    /// <value>How long the record of a stopped container is kept. Defaults to one day.</value>
    public TimeSpan StoppedContainerRetention { get; set; } = TimeSpan.FromDays(1);

    /// <value>How long a finished operation can be asked for. Defaults to 30 days.</value>
    public TimeSpan OperationRetention { get; set; } = TimeSpan.FromDays(30);

    /// <value>How long an event is kept. Defaults to 30 days.</value>
    public TimeSpan EventRetention { get; set; } = TimeSpan.FromDays(30);

    /// <value>Newest events kept per app, however young the others are. Defaults to 10,000.</value>
    public int KeptEvents { get; set; } = 10_000;

    /// <value>Newest deployments per app whose output is kept; of older ones the record stays. Defaults to 50.</value>
    public int KeptOutputs { get; set; } = 50;

    /// <value>How often usage is written down: the most that a power cut takes from each container's record. Defaults to 10 s.</value>
    public TimeSpan UsageHeartbeat { get; set; } = TimeSpan.FromSeconds(10);

    /// <value>How long a usage record can be billed from. Defaults to 400 days.</value>
    public TimeSpan UsageRetention { get; set; } = TimeSpan.FromDays(400);

    /// <value>How often unused blobs, layers and records are collected. Defaults to 10 minutes.</value>
    public TimeSpan CollectInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <value>True lets source URLs point at private and loopback addresses. Defaults to false.</value>
    public bool AllowPrivateSourceAddresses { get; set; }

    /// <value>Largest source archive as fetched, in bytes. Defaults to 300 MiB.</value>
    public long MaxSourceBytes { get; set; } = 314_572_800;

    /// <value>Port that web containers are told to listen on. Defaults to 5000.</value>
    public int ContainerPort { get; set; } = 5000;
}
