namespace Gantry.Control.Hosts;

/// <summary>How containers are placed, and when a host is too hot.</summary>
public sealed class SchedulingOptions
{
    /// <summary>The name of the entry of <see cref="Overcommit"/> for classes without one of their own.</summary>
    public const string EveryClass = "default";

    /// <value>
    /// What may be promised as a multiple of what a host has, by its class and then by resource (<c>cpu</c>, <c>memory</c>). By
    /// default memory 4 times and CPU 64 times.
    /// <para>Memory: what is counted is the most a container may use, and small web apps use about a quarter of the size they are
    /// given. Manual limits lie 46 % above the use on average (Autopilot, EuroSys 2020) even where people tune them, so 1.5 to 2
    /// is right for a cluster that sells its memory. CPU: nobody is refused any, it is divided by weight; 64 standard containers
    /// a core is where memory ends first on usual machines. What is really used is watched for hotspots.</para>
    /// </value>
    public Dictionary<string, Dictionary<string, double>> Overcommit { get; } = new(StringComparer.OrdinalIgnoreCase)
    {
        [EveryClass] = new(StringComparer.OrdinalIgnoreCase) { ["memory"] = 4, ["cpu"] = 64 },
    };

    /// <value>
    /// How the use of a host is predicted. <c>limits</c>, the default, counts what was asked for. <c>max</c> counts what was measured
    /// once there is history: set the overcommit of memory to 1 with it.
    /// </value>
    public string Predictor { get; set; } = "limits";

    /// <value>Use over capacity above which a host is hot. Defaults to 0.75.</value>
    public double HotThreshold { get; set; } = 0.75;

    /// <value>How often the hosts are looked at. Defaults to 10 s, the interval of the samples.</value>
    public TimeSpan PassInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <value>How often a container that found no room tries again. Defaults to 5 s.</value>
    public TimeSpan RetryInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <value>How long a new release or a hook waits for room before the deployment fails. Defaults to 60 s.</value>
    public TimeSpan PlacementTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <value>
    /// Whether containers are moved away from hosts that are too hot, within the limits of the scheduler: 3 % of all containers an hour,
    /// one of an app at once, each at most every 30 minutes. Defaults to true; with one host there is nowhere to move to.
    /// </value>
    public bool Relief { get; set; } = true;

    /// <value>Moves under way at once: of relief, and of each drain that asks for no other number. Defaults to 4.</value>
    public int MovesAtOnce { get; set; } = 4;

    /// <value>How long a move waits for its new container to be started (its layers may have to be sent first). Defaults to 10 minutes.</value>
    public TimeSpan MoveTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <value>How long after a failed move of a container the next one of it begins; twice as long after each further one, half an hour at most. Defaults to 1 minute.</value>
    public TimeSpan MoveRetry { get; set; } = TimeSpan.FromMinutes(1);

    /// <value>Hosts to which the layers of a new release are sent before a container there needs them, at most. Defaults to 8; 0 sends none beforehand.</value>
    public int PrefetchHosts { get; set; } = 8;

    /// <value>False makes this machine no host: containers run on hosts that joined, and here nothing but builds. Defaults to true.</value>
    public bool TakesContainers { get; set; } = true;

    /// <value>What this host is called when it registers first. Defaults to the name of the machine.</value>
    public string HostName { get; set; } = Environment.MachineName;

    /// <value>Class and zone of this host when it registers first; operators change them later.</value>
    public string HostClass { get; set; } = "";
    public string HostZone { get; set; } = "";

    /// <value>File that keeps the id of this host, so that it stays the same host when the machine is renamed.</value>
    public string HostIdPath { get; set; } = "/var/lib/gantry/host-id";
}
