using System.Text;
using Gantry.Agent.Images;
using Gantry.Agent.Logs;
using Gantry.Agent.Runtime;
using Gantry.Build.Images;
using Gantry.Domain;
using Gantry.Domain.Images;
using Gantry.Store.Blobs;
using Gantry.Store.FileBlobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Gantry.Build.Tests.Sandbox;

/// <summary>A host with the real runtime and the real build stack, and folders for buildpacks and sources.</summary>
public sealed class BuildHost : IAsyncLifetime
{
    private readonly TempFolder _temp = new();
    private ServiceProvider _services = null!;
    private Stack _stack = null!;
    private int _count;

    public string Data => _temp["data"];

    /// <summary>The operator's folder of buildpacks.</summary>
    public string Packs => _temp["packs"];

    public IContainerRuntime Runtime => _services.GetRequiredService<IContainerRuntime>();

    public async ValueTask InitializeAsync()
    {
        // The user of a container must be able to pass through to its mounts.
        File.SetUnixFileMode(_temp.Path, (UnixFileMode)0x1ED);
        Directory.CreateDirectory(Packs);
        _services = Services(_ => { });
        _stack = await TestStack.ImportAsync(_services);
        await TestRuntime.StartAsync(_services);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var container in await Runtime.ListAsync(CancellationToken.None))
            await Runtime.RemoveAsync(container.Id, CancellationToken.None);
        await TestRuntime.StopAsync(_services);
        await _services.DisposeAsync();
        _temp.Dispose();
    }

    /// <summary>A builder of its own settings on the shared host.</summary>
    public IBuilder Builder(Action<BuildOptions> configure, string? blobs = null)
    {
        var caches = new Gantry.Build.Sandbox.BuildCaches(Options(configure).Value, TimeProvider.System);
        return blobs is null
            ? ActivatorUtilities.CreateInstance<SandboxBuilder>(_services, Options(configure), caches)
            : ActivatorUtilities.CreateInstance<SandboxBuilder>(_services, Options(configure), caches, new LayerPacker(BlobsIn(blobs), _services.GetRequiredService<ILayerCache>()));
    }

    /// <summary>Does what the start of the platform does after a crash.</summary>
    public Task SweepAsync() =>
        ActivatorUtilities.CreateInstance<Gantry.Build.Sandbox.BuildSweeper>(_services, Options(_ => { })).StartAsync(CancellationToken.None);

    /// <summary>Starts a container as a build that will be interrupted has one.</summary>
    public async Task<ContainerId> InterruptAsync()
    {
        var id = new ContainerId($"build-test-{Guid.NewGuid():N}"[..24]);
        Directory.CreateDirectory(Path.Combine(Data, "build", id.Value, "env"));
        await Runtime.StartAsync(new ContainerSpec
        {
            Id = id, Stack = _stack.BuildDigest, Command = ["sleep", "1000"], Environment = new Dictionary<string, string>(), Hostname = "x",
            Limits = new ContainerLimits(128L << 20, 0, 256, 64, 64L << 20), Log = new LogSource(Gantry.Build.Sandbox.SandboxSpec.LogOf(id), "build"),
        }, CancellationToken.None);
        return id;
    }

    /// <summary>Writes a buildpack and returns its path.</summary>
    public string Pack(string name, string compile, string detect = "echo Test", string release = "echo '--- {}'")
    {
        foreach (var (step, text) in new[] { ("detect", detect), ("compile", compile), ("release", release) })
            _temp.Write($"packs/{name}/bin/{step}", "#!/bin/bash\n" + text + "\n", UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        return $"{Packs}/{name}";
    }

    public AppId NewApp() => new($"ap-{Guid.NewGuid():N}"[..20]);

    public async Task<Build> BuildAsync(
        IReadOnlyDictionary<string, string> files, IReadOnlyDictionary<string, string>? variables = null, AppId? app = null,
        Action<BuildOptions>? configure = null, IBuildOutput? output = null, CancellationTokenSource? cancel = null, IBuilder? builder = null)
    {
        var folder = $"source-{Interlocked.Increment(ref _count)}";
        foreach (var (name, text) in files)
            _temp.Write($"{folder}/{name}", text);
        return await BuildFolderAsync(_temp[folder], variables, app, configure, output, cancel, builder);
    }

    public async Task<Build> BuildFolderAsync(
        string folder, IReadOnlyDictionary<string, string>? variables = null, AppId? app = null,
        Action<BuildOptions>? configure = null, IBuildOutput? output = null, CancellationTokenSource? cancel = null, IBuilder? builder = null)
    {
        var token = cancel?.Token ?? TestContext.Current.CancellationToken;
        var tar = _temp[$"archive-{Interlocked.Increment(ref _count)}.tar"];
        await HostTool.RunAsync("tar", folder, ["-cf", tar, "."], token);
        await using var source = File.OpenRead(tar);
        var collected = new Collected(output);
        var id = new ContainerId($"build-test-{Guid.NewGuid():N}"[..24]);
        var request = new BuildRequest(id, app ?? NewApp(), "test-app", _stack, source, false, variables ?? new Dictionary<string, string>(), "0123abc");
        var result = await (builder ?? Builder(configure ?? (_ => { }))).BuildAsync(request, collected, token);
        return new Build(id, result, collected.Text, this);
    }

    /// <summary>A file of the layer, or null.</summary>
    public async Task<string?> ReadAsync(Digest layer, string path)
    {
        await using var blob = (await _services.GetRequiredService<IBlobStore>().OpenAsync(layer, CancellationToken.None))!;
        await using var tar = new System.Formats.Tar.TarReader(new ZstdSharp.DecompressionStream(blob));
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            if (entry.Name == path && entry.DataStream is { } stream)
                return await new StreamReader(stream).ReadToEndAsync();
            if (entry.Name.TrimEnd('/') == path)
                return entry.LinkName;
        }

        return null;
    }

    public async Task<List<BlobInfo>> BlobsAsync() => await _services.GetRequiredService<IBlobStore>().ListAsync(CancellationToken.None).ToListAsync();

    private static IBlobStore BlobsIn(string directory) =>
        new ServiceCollection().AddFileBlobs(o => o.Directory = directory).BuildServiceProvider().GetRequiredService<IBlobStore>();

    private Microsoft.Extensions.Options.IOptions<BuildOptions> Options(Action<BuildOptions> configure)
    {
        var options = new BuildOptions();
        Defaults(options);
        configure(options);
        return Microsoft.Extensions.Options.Options.Create(options);
    }

    private void Defaults(BuildOptions options)
    {
        options.DataDirectory = Data;
        options.BuildpacksDirectory = Path.Combine(TestStack.Repository, "buildpacks");
        options.LocalBuildpacks.Add(Packs);
        options.TimeLimit = TimeSpan.FromMinutes(5);
        options.CacheBytes = 512L << 20;
        options.CaBundlePath = "/etc/ssl/certs/ca-certificates.crt";
        options.NpmConfigPath = File.Exists("/root/.npmrc") ? "/root/.npmrc" : null;
    }

    private ServiceProvider Services(Action<IServiceCollection> configure)
    {
        var services = new ServiceCollection();
        services.AddLogging(l => l.SetMinimumLevel(LogLevel.Warning));
        services.AddFileBlobs(o => o.Directory = TestStack.Kept + "/blobs");
        TestRuntime.Add(services, _temp.Path);
        services.AddBuilder(o =>
        {
            Defaults(o);
            o.DataDirectory = TestStack.Kept;
        });
        configure(services);
        return services.BuildServiceProvider();
    }

    private sealed class Collected(IBuildOutput? next) : IBuildOutput
    {
        private readonly StringBuilder _text = new();

        public string Text => _text.ToString();

        public async ValueTask WriteAsync(string text, CancellationToken token)
        {
            _text.Append(text);
            if (next is not null)
                await next.WriteAsync(text, token);
        }
    }
}

/// <summary>One host for all builds, one build at a time: they share two cores.</summary>
[CollectionDefinition("builds")]
public sealed class Builds : ICollectionFixture<BuildHost>;

/// <summary>A finished build.</summary>
public sealed record Build(ContainerId Id, Outcome<BuildResult> Result, string Output, BuildHost Host)
{
    public BuildResult Value => Result.IsSuccess ? Result.Value : throw new InvalidOperationException($"{Result.Refusal}\n{Output}");

    public string Failure => Result.Refusal?.Message ?? throw new InvalidOperationException("The build succeeded:\n" + Output);

    public Task<string?> ReadAsync(string path) => Host.ReadAsync(Value.LayerDigest, path);
}
