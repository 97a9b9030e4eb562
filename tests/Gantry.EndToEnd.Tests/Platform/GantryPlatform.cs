using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gantry.EndToEnd.Tests.Platform;
using Xunit;

[assembly: AssemblyFixture(typeof(GantryPlatform))]

namespace Gantry.EndToEnd.Tests.Platform;

/// <summary>A whole Gantry on this machine, with the published programs, a data folder of its own and free ports.</summary>
public sealed class GantryPlatform : IAsyncLifetime
{
    private const string Cache = "/var/cache/gantry/e2e";
    private static readonly string Network = FreeNetwork.Take(43);
    private static readonly string Stacks = Environment.GetEnvironmentVariable("GANTRY_STACKS") ?? "/var/cache/gantry/stacks";

    private readonly string _name;
    private readonly Dictionary<string, string> _agent;
    private readonly string[] _shared;
    private readonly string _program = Environment.GetEnvironmentVariable("GANTRY_PROGRAM") ?? "/var/cache/gantry/program";
    private readonly JoinedHosts? _hosts;
    private Process? _daemon;

    /// <summary>The one that tests share. With <c>GANTRY_E2E_HOSTS=3</c> all its containers are on so many hosts that joined it, and none on this machine; <c>GANTRY_E2E_RUNTIME=docker</c> gives each an engine.</summary>
    public GantryPlatform() : this("e", new() { ["Subnet"] = "10.202.0.0/16" }, ["blobs", "layers", "stacks"])
    {
        if (HostCount > 0)
            (HostsListen, _hosts) = (JoinedHosts.ListenOn(Network), new JoinedHosts(this, $"m{Environment.ProcessId % 1000}", Network, "", Environment.GetEnvironmentVariable("GANTRY_E2E_RUNTIME") ?? "native"));
    }

    /// <summary>A further platform on the same machine.</summary>
    /// <param name="letter">What its name begins with.</param>
    /// <param name="agent">Settings of the section <c>Agent</c>.</param>
    /// <param name="shared">Folders of its data that all runs share.</param>
    internal GantryPlatform(string letter, Dictionary<string, string> agent, string[] shared) =>
        (_name, _agent, _shared) = (letter, agent, shared);

    /// <summary>Not below a folder that everybody may write to: sshd would refuse its key command there.</summary>
    public string Root => $"/var/lib/gantry-e2e-{_name}{Environment.ProcessId}";
    public string DataDirectory => Path.Combine(Root, "data");
    public string InstanceName => _name + (Environment.ProcessId % 10000).ToString("0000", null);
    public int ApiPort { get; } = FreePort.Take();
    public int EdgePort { get; } = FreePort.Take();
    public int SshPort { get; } = FreePort.Take();
    /// <summary>Where hosts ask to join; nowhere by default.</summary>
    public string HostsListen { get; init; } = "";
    /// <summary>Of the PostgreSQL that keeps the records; by default they are in SQLite.</summary>
    public string? Database { get; init; }
    public string Program => _program;
    public string Token { get; private set; } = "";
    public string Repository { get; } = FindRepository();
    public HttpClient Api { get; private set; } = new();
    public HttpClient Edge { get; private set; } = new();
    /// <summary>How many hosts have all containers of this platform; 0 when this machine has them.</summary>
    public static int HostCount => int.Parse(Environment.GetEnvironmentVariable("GANTRY_E2E_HOSTS") ?? "0", null);
    public int DaemonId => _daemon!.Id;
    public bool HasEnded => _daemon is { HasExited: true };
    public string DaemonLog => Path.Combine(Root, "gantryd.log");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(DataDirectory);
        if (_hosts is not null)
            await _hosts.LayCablesAsync();
        // Stacks are large and the same for all runs: their blobs and unpacked roots are kept between runs.
        foreach (var shared in _shared)
        {
            Directory.CreateDirectory(Path.Combine(Cache, shared));
            Directory.CreateSymbolicLink(Path.Combine(DataDirectory, shared), Path.Combine(Cache, shared));
        }

        await File.WriteAllTextAsync(Path.Combine(Root, "gantry.json"), Configuration());
        (await GantrydAsync("import-stack", "gantry-12", "--run", $"{Stacks}/gantry-12.tar", "--build", $"{Stacks}/gantry-12-build.tar")).ExpectSuccess();
        Token = (await GantrydAsync("add-user", "--username", "admin", "--email", "admin@localhost.invalid", "--operator")).ExpectSuccess().Output.Trim();
        await StartAsync();
        Directory.CreateDirectory(Path.Combine(Root, "home"));
        (await Shell.RunAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", KeyFile])).ExpectSuccess();
        (await CliAsync("keys-add", "e2e", KeyFile + ".pub")).ExpectSuccess();
        if (_hosts is not null)
            await _hosts.JoinAsync(HostCount);
    }

    public async ValueTask DisposeAsync()
    {
        if (_hosts is not null)
            await _hosts.EndAsync();
        await StopAsync();
        (await GantrydAsync("stop-host")).ExpectSuccess();
        Api.Dispose();
        Edge.Dispose();
        Directory.Delete(Root, recursive: true);
    }

    /// <summary>Starts the daemon and returns when it answers.</summary>
    public async Task StartAsync()
    {
        // Where a service manager starts it.
        var log = $"cd / && exec dotnet '{_program}/server/gantryd.dll' serve --config '{Root}/gantry.json' >> '{DaemonLog}' 2>&1 < /dev/null";
        _daemon = Shell.Start("bash", ["-c", log]);
        Connect();
        await Wait.ForAsync<object>(
            async () => (await Api.GetAsync("/healthz")).IsSuccessStatusCode ? Api : null, $"an answer of gantryd (log: {DaemonLog})", TimeSpan.FromSeconds(60));
        await Wait.ForAsync<object>(async () => await HasSshAsync() ? this : null, "the SSH server of this daemon");
    }

    /// <summary>An sshd of a killed daemon may still answer for a moment: only this daemon's own child counts.</summary>
    private async Task<bool> HasSshAsync()
    {
        var pid = (await File.ReadAllTextAsync(Path.Combine(Root, "run", "sshd.pid"))).Trim();
        var parent = (await File.ReadAllLinesAsync($"/proc/{pid}/status")).First(l => l.StartsWith("PPid:", StringComparison.Ordinal));
        if (parent.Split('\t')[1] != DaemonId.ToString(null, null))
            return false;
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, SshPort);
        return true;
    }

    /// <summary>As a power cut would: no handler of the daemon runs.</summary>
    public async Task KillDaemonAsync()
    {
        _daemon!.Kill();
        await _daemon.WaitForExitAsync();
    }

    public async Task StopAsync()
    {
        if (_daemon is null or { HasExited: true })
            return;
        (await Shell.RunAsync("kill", ["-TERM", DaemonId.ToString(null, null)])).ExpectSuccess();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _daemon.WaitForExitAsync(limit.Token);
    }

    public Task<ShellResult> GantrydAsync(params string[] arguments) =>
        Shell.RunAsync("dotnet", [$"{_program}/server/gantryd.dll", .. arguments, "--config", $"{Root}/gantry.json"]);

    public Dictionary<string, string> ClientEnvironment => new()
    {
        ["HOME"] = Path.Combine(Root, "home"),
        ["GANTRY_URL"] = $"http://127.0.0.1:{ApiPort}",
        ["GANTRY_API_TOKEN"] = Token,
        ["NO_COLOR"] = "1",
        ["GIT_SSH_COMMAND"] = $"ssh -i {KeyFile} -o IdentitiesOnly=yes -o UserKnownHostsFile={Root}/known_hosts -o StrictHostKeyChecking=accept-new -o LogLevel=ERROR",
        ["GIT_AUTHOR_NAME"] = "E2E",
        ["GIT_AUTHOR_EMAIL"] = "e2e@localhost.invalid",
        ["GIT_COMMITTER_NAME"] = "E2E",
        ["GIT_COMMITTER_EMAIL"] = "e2e@localhost.invalid",
    };

    public string CliPath => $"{_program}/cli/gantry";

    private string KeyFile => Path.Combine(Root, "home", "id_ed25519");

    public Task<ShellResult> CliAsync(params string[] arguments) => Shell.RunAsync(CliPath, arguments, ClientEnvironment);

    public Task<ShellResult> CliWithInputAsync(string input, params string[] arguments) =>
        Shell.RunAsync(CliPath, arguments, ClientEnvironment, input: input);

    /// <summary>Runs git in a folder; the remote of an app is <c>ssh://git@127.0.0.1:port/app.git</c>.</summary>
    public Task<ShellResult> GitAsync(string directory, params string[] arguments) =>
        Shell.RunAsync("git", arguments, ClientEnvironment, directory);

    public string GitUrl(string app) => $"ssh://git@127.0.0.1:{SshPort}/{app}.git";

    /// <summary>A request to an app through the edge.</summary>
    public async Task<(HttpStatusCode Status, string Body)> GetAsync(string app, string path = "/")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = $"{app}.apps.localhost";
        using var response = await Edge.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async Task<JsonNode> ApiGetAsync(string path)
    {
        using var response = await Api.GetAsync(path);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    public async Task<IReadOnlyList<JsonNode>> ContainersAsync(string app) =>
        [.. (await ApiGetAsync($"/v1/apps/{app}/ps"))["containers"]!.AsArray().Select(n => n!)];

    /// <summary>Creates an app with a name that no other test has.</summary>
    public async Task<string> CreateAppAsync(string prefix)
    {
        // A test that failed half way may have left the daemon killed: that must not fail all others.
        if (_daemon is null or { HasExited: true })
            await StartAsync();
        var name = $"{prefix}-{Guid.NewGuid().ToString("N")[..8]}";
        (await CliAsync("create", name)).ExpectSuccess();
        return name;
    }

    public async Task DestroyAsync(string app)
    {
        if (_hosts is not null)
            await _hosts.DemandAllAsync();
        (await CliAsync("destroy", "--app", app, "--force")).ExpectSuccess();
    }

    private void Connect()
    {
        Api.Dispose();
        Edge.Dispose();
        Api = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{ApiPort}"), Timeout = TimeSpan.FromSeconds(30) };
        Api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        Edge = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{EdgePort}"), Timeout = TimeSpan.FromSeconds(60) };
    }

    private string Configuration()
    {
        var ca = Directory.Exists("/usr/local/share/ca-certificates") && Directory.EnumerateFiles("/usr/local/share/ca-certificates", "*.crt").Any()
            ? "/etc/ssl/certs/ca-certificates.crt"
            : null;
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var gantry = new
        {
            DataDirectory,
            RunDirectory = Path.Combine(Root, "run"),
            ProgramDirectory = _program,
            InstanceName,
            Agent = _agent,
            Api = new { Listen = $"127.0.0.1:{ApiPort}", PublicUrl = $"http://127.0.0.1:{ApiPort}" },
            Edge = new { Listen = $"127.0.0.1:{EdgePort}", Domain = "apps.localhost", PublicPort = EdgePort },
            Ssh = new { Listen = $"127.0.0.1:{SshPort}" },
            Store = Database is null ? new { Engine = "sqlite", ConnectionString = "" } : new { Engine = "postgres", ConnectionString = Database },
            // A third of the usual patience with hosts: what is tested is the order of things.
            Hosts = new { Listen = HostsListen, SuspectAfter = "00:00:02", LostAfter = "00:00:05" },
            Build = new { CaBundle = ca, NpmConfig = Existing($"{home}/.npmrc"), NuGetConfig = Existing($"{home}/.nuget/NuGet/NuGet.Config") },
            // A one-off whose client was cut off before it attached waits for it no longer than a fault lasts.
            Control = new { ReadyTimeout = "00:00:12", AttachTimeout = "00:00:30", StopTimeout = "00:00:05", AllowPrivateSourceAddresses = true },
            // Classes of which tests make the host when it is to be full.
            Scheduling = new { Overcommit = new { tight = new { memory = 0.06 }, tiny = new { memory = 0.000001 } } },
            Builder = new { TimeLimit = "00:05:00", LocalBuildpacks = new[] { Root } },
        };
        return JsonSerializer.Serialize(new { Gantry = gantry });
    }

    private static string? Existing(string path) => File.Exists(path) ? path : null;

    private static string FindRepository()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Gantry.slnx")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
