namespace Gantry.Agent.Logs;

/// <summary>Where the logs of apps are kept, and how much of them.</summary>
public sealed class AppLogOptions
{
    /// <summary>Directory of all logs, absolute: <c>&lt;app&gt;/&lt;source&gt;.&lt;container&gt;/</c> below it.</summary>
    public string Directory { get; set; } = "";

    /// <summary>
    /// What the log of one app may take on this host, compressed parts as they are; what is older is archived. The
    /// segments that running containers write to (4 MiB each at most) stay, so many containers can take more.
    /// </summary>
    public long HotBytesPerApp { get; set; } = 50L << 20;

    /// <summary>Closed segments that nobody wrote to for longer are archived.</summary>
    public TimeSpan HotFor { get; set; } = TimeSpan.FromDays(30);

    /// <summary>What the archives of one app may take on this host, compressed as they are; the oldest go first.</summary>
    public long ArchiveBytesPerApp { get; set; } = 200L << 20;

    /// <summary>Archives that are older are removed.</summary>
    public TimeSpan ArchiveFor { get; set; } = TimeSpan.FromDays(365);

    /// <summary>What the logs and archives of all apps may take together; 0: a fifth of their file system.</summary>
    public long BytesPerHost { get; set; }

    /// <summary>How often closed segments are compressed and the bounds are enforced.</summary>
    public TimeSpan CompactEvery { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A longer line is shown as several, each at most so many bytes, cut between characters.</summary>
    public int MaxLineBytes { get; set; } = 64 << 10;

    /// <summary>Lines of the platform that may wait to be written down; more are dropped, counted and shown as dropped.</summary>
    public int PendingLines { get; set; } = 16384;

    /// <summary>The longest time that a new line stays unseen by followers. Files are looked at only while there are any.</summary>
    public TimeSpan PollEvery { get; set; } = TimeSpan.FromMilliseconds(100);
}
