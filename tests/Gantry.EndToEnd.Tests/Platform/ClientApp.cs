using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace Gantry.EndToEnd.Tests.Platform;

/// <summary>Not beside the tests that kill the daemon.</summary>
[CollectionDefinition("client", DisableParallelization = true)]
public sealed class ClientCollection : ICollectionFixture<ClientApp>;

/// <summary>One app that the tests of the client share, so that they need one deployment.</summary>
public sealed class ClientApp(GantryPlatform platform) : IAsyncLifetime
{
    public string Name { get; private set; } = "";

    public SourceTree Source { get; private set; } = null!;

    public Dictionary<string, string> Environment => new(platform.ClientEnvironment) { ["GANTRY_APP"] = Name };

    public async ValueTask InitializeAsync()
    {
        Name = await platform.CreateAppAsync("client");
        Source = await VersionAsync("v1");
        (await GantryAsync("deploy", Source.Directory)).ExpectSuccess();
    }

    public async ValueTask DisposeAsync()
    {
        await platform.DestroyAsync(Name);
        Source.Dispose();
    }

    /// <summary>A source whose web process answers with this version; its worker says when it is signalled.</summary>
    public Task<SourceTree> VersionAsync(string version) =>
        TinyApps.WebAsync(platform, version, "worker: trap 'echo got USR1' USR1; echo working; while true; do sleep 0.1; done\n");

    /// <summary>Runs the client on this app.</summary>
    public Task<ShellResult> GantryAsync(params string[] arguments) => Shell.RunAsync(platform.CliPath, arguments, Environment, platform.Root);

    public async Task<string> OutputAsync(params string[] arguments) => (await GantryAsync(arguments)).ExpectSuccess().Output;

    public async Task<JsonNode> JsonAsync(params string[] arguments) => JsonNode.Parse(await OutputAsync(["--format", "json", .. arguments]))!;

    /// <summary>Lets the app write lines to its log.</summary>
    public async Task VisitAsync(params string[] paths)
    {
        foreach (var path in paths)
            Assert.Equal(HttpStatusCode.OK, (await platform.GetAsync(Name, path)).Status);
    }

    /// <summary>Waits until the log has a line with this text.</summary>
    public Task<string> WaitForLogAsync(string text) => Wait.ForAsync<string>(
        async () => await OutputAsync("logs", "-n", "1000") is var log && log.Contains(text, StringComparison.Ordinal) ? log : null, $"'{text}' in the log");

    /// <summary>Waits until exactly these containers run.</summary>
    public Task<JsonNode> WaitForContainersAsync(params string[] labels) => Wait.ForAsync<JsonNode>(
        async () => await JsonAsync("ps") is var all && all.AsArray().Select(c => (string?)c!["label"]).Order().SequenceEqual(labels.Order()) ? all : null,
        $"exactly the containers {string.Join(", ", labels)}");
}
