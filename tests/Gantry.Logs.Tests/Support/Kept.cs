using Gantry.Agent.Logs;
using Gantry.Domain;
using Gantry.Linux.Pipes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gantry.Logs.Tests.Support;

/// <summary>The reading side of one scratch directory.</summary>
internal sealed class Kept : IAsyncDisposable
{
    public static readonly AppId App = new("ap-1");
    private readonly IOptions<AppLogOptions> _options;

    public Kept(Scratch scratch, Action<AppLogOptions>? configure = null, TimeProvider? clock = null)
    {
        var options = new AppLogOptions { Directory = scratch.Path("logs") };
        configure?.Invoke(options);
        _options = Options.Create(options);
        Platform = new PlatformLog(_options, clock ?? TimeProvider.System, NullLogger<PlatformLog>.Instance);
        Log = new AppLog(_options, Platform, TimeProvider.System);
        Clock = clock ?? TimeProvider.System;
    }

    public TimeProvider Clock { get; }

    public PlatformLog Platform { get; }

    public IAppLog Log { get; }

    public LogDisk Disk { get; } = new();

    public ILogArchives Archives => new LogArchives(_options);

    public string Spool(string source, string container = "c1") =>
        AppLogPaths.Spool(_options.Value.Directory, App, source, new ContainerId(container));

    public void Compact() => new LogCompactor(_options, Disk, Clock, NullLogger<LogCompactor>.Instance).Compact(CancellationToken.None);

    public Task<IReadOnlyList<LogLine>> Tail(int count, string filter = "") =>
        Log.TailAsync(App, LogFilter.Parse(filter), count, TestContext.Current.CancellationToken);

    /// <summary>Bytes as they were kept, all segments one after the other.</summary>
    public static byte[] Bytes(string spool) =>
        [.. SpoolFiles.List(spool).SelectMany(file => File.ReadAllBytes(SpoolFiles.Path(spool, file.Start, SpoolFiles.Data)))];

    public async ValueTask DisposeAsync()
    {
        await Platform.StopAsync(CancellationToken.None);
        Platform.Dispose();
    }
}
