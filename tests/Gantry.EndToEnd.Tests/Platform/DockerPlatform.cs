using Xunit;

namespace Gantry.EndToEnd.Tests.Platform;

/// <summary>Not beside tests that kill the native platform, which runs on the same machine all the while.</summary>
[CollectionDefinition("docker", DisableParallelization = true)]
public sealed class DockerCollection : ICollectionFixture<DockerPlatform>;

/// <summary>A second Gantry, whose containers run in a Docker Engine that the tests start.</summary>
public sealed class DockerPlatform : IAsyncLifetime
{
    private readonly string _engineName = $"e2e-{Environment.ProcessId}";
    private DockerEngine? _engine;

    internal DockerEngine Engine => _engine!;

    public GantryPlatform Platform { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _engine = await DockerEngine.StartAsync(_engineName);
        // Unpacked layers are its own: the collector of the other platform would delete them.
        Platform = new GantryPlatform(
            "f", new() { ["Runtime"] = "Docker", ["DockerSocket"] = Engine.Socket, ["Subnet"] = "10.251.0.0/16" }, ["blobs", "stacks"]);
        await Platform.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Platform is not null)
            await Platform.DisposeAsync();
        if (_engine is not null)
            await _engine.DisposeAsync();
    }

    /// <summary>What the engine has of this platform; one line each, with when it was started.</summary>
    public async Task<string> ContainersAsync(params string[] options)
    {
        var ids = await Engine.DockerAsync(["ps", "--quiet", "--no-trunc", "--filter", $"label=gantry.instance={Platform.InstanceName}", .. options]);
        return ids.Length == 0 ? "" : await Engine.DockerAsync(
            ["inspect", "--format", "{{.Id}} {{.Name}} {{.State.Status}} {{.State.Pid}} {{.State.StartedAt}}", .. ids.Split('\n').Order(StringComparer.Ordinal)]);
    }

    /// <summary>One property of the containers of an app.</summary>
    public async Task<IReadOnlyList<string>> InspectAsync(string app, string format)
    {
        var ids = (await Platform.ContainersAsync(app)).Select(c => $"{Platform.InstanceName}-{c["id"]}");
        return (await Engine.DockerAsync(["inspect", "--format", format, .. ids])).Split('\n');
    }
}
