using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Xunit;

namespace Gantry.EndToEnd.Tests.Platform;

/// <summary>Leases are measured here: nothing else runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LeaderCollection : ICollectionFixture<LeaderCluster>
{
    public const string Name = "leader";
}

/// <summary>Two control processes of <c>eng/cluster</c> on real engines, and two hosts that joined.</summary>
public class LeaderCluster : IAsyncLifetime
{
    public const int Processes = 2;
    public const int Hosts = 2;

    /// <summary>Says which container answered, and to what; or which run of it.</summary>
    private const string Server =
        """
        const run = require('crypto').randomUUID();
        require('http').createServer((q, r) => {
          console.log(process.env.CONTAINER + ' got ' + q.url);
          r.end((q.url === '/run' ? run : process.env.CONTAINER) + '\n');
        }).listen(process.env.PORT);
        """;

    /// <summary>What it is by default.</summary>
    public static readonly TimeSpan LeaseTtl = TimeSpan.FromSeconds(6);

    protected static readonly string Network = FreeNetwork.Take(42);
    private const string Cache = "/var/cache/gantry/e2e";
    /// <summary>What processes are configured with beside what <c>eng/cluster</c> writes, as JSON.</summary>
    protected virtual string Settings =>
        """
        {
          "Hosts": { "SuspectAfter": "00:00:02", "LostAfter": "00:00:05" },
          "Control": { "ReadyTimeout": "00:00:12", "AttachTimeout": "00:00:30", "StopTimeout": "00:00:05" }
        }
        """;

    /// <summary>Of etcd, and of NATS.</summary>
    protected virtual int Members => 1;

    /// <summary>Size of a disk of its own for each host, which then has a clock of its own too; empty: hosts share the machine's.</summary>
    protected virtual string Disk => "";

    /// <summary>What the kernel objects of this cluster are named after.</summary>
    public string Name { get; } = $"l{Environment.ProcessId % 1000}";

    private readonly string _stacks = Environment.GetEnvironmentVariable("GANTRY_STACKS") ?? "/var/cache/gantry/stacks";
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(20) };

    public string Token { get; private set; } = "";

    /// <summary>What was built of this commit.</summary>
    public static string Newest => Environment.GetEnvironmentVariable("GANTRY_PROGRAM") ?? "/var/cache/gantry/program";

    /// <summary>What is started from now on.</summary>
    public string Program { get; protected set; } = Newest;

    /// <summary>Not below a folder that everybody may write to: sshd would refuse its key command there.</summary>
    public string Root => $"/var/lib/gantry-e2e-l{Environment.ProcessId}";

    public async ValueTask InitializeAsync()
    {
        foreach (var shared in (string[])["blobs", "layers", "stacks"])
            Directory.CreateDirectory(Path.Combine(Cache, shared));
        Directory.CreateDirectory(Root);
        (await RunAsync("net-up")).ExpectSuccess();
        (await RunAsync("engines-up")).ExpectSuccess();
        (await RunAsync("add-control")).ExpectSuccess();
        await UntilAnswersAsync(1);
        (await RunAsync("gantryd", "1", "import-stack", "gantry-12", "--run", $"{_stacks}/gantry-12.tar", "--build", $"{_stacks}/gantry-12-build.tar")).ExpectSuccess();
        Token = (await RunAsync("gantryd", "1", "add-user", "--username", "admin", "--email", "admin@localhost.invalid", "--operator")).ExpectSuccess().Output.Trim();
        (await RunAsync("add-control")).ExpectSuccess();
        await UntilAnswersAsync(2);
        for (var i = 0; i < Hosts; i++)
        {
            var token = (string)JsonNode.Parse((await CliAsync(1, "hosts", "token", "--format", "json")).ExpectSuccess().Output)!["token"]!;
            (await RunAsync("add-host", $"https://{Network}.1:7443", token)).ExpectSuccess();
        }

        for (var n = 1; n <= Processes; n++)
            await UntilHostsAreReadyAsync(n);
    }

    public virtual async ValueTask DisposeAsync()
    {
        _http.Dispose();
        GC.SuppressFinalize(this);
        (await RunAsync("net-down")).ExpectSuccess();
        Directory.Delete(Root, recursive: true);
    }

    /// <summary>Pids of its processes, among others.</summary>
    protected string State => $"/run/{Name}";

    /// <summary>One of the words of <c>eng/cluster</c>.</summary>
    public Task<ShellResult> RunAsync(params string[] words) => Shell.RunAsync(
        Path.Combine(FindRepository(), "eng", "cluster"), words,
        new Dictionary<string, string>
        {
            ["CLUSTER_NAME"] = Name, ["CLUSTER_DIR"] = Root, ["CLUSTER_NET"] = Network, ["CLUSTER_PROGRAM"] = Program,
            ["CLUSTER_MEMBERS"] = Members.ToString(null, null), ["CLUSTER_DISK"] = Disk, ["CLUSTER_SKEW"] = Disk, ["CLUSTER_CACHE"] = Cache, ["CLUSTER_SETTINGS"] = Settings,
        });

    /// <summary>The client, with the API of one of the processes.</summary>
    public Task<ShellResult> CliAsync(int process, params string[] arguments) => Shell.RunAsync(
        $"{Program}/cli/gantry", arguments,
        new Dictionary<string, string> { ["HOME"] = Root, ["GANTRY_URL"] = Api(process), ["GANTRY_API_TOKEN"] = Token, ["NO_COLOR"] = "1" });

    /// <summary>A request to an app through the router of one of the processes.</summary>
    public Task<(HttpStatusCode Status, string Body)> GetAsync(int process, string app) => GetAsync(new Uri($"http://{Network}.{process}:8080/"), app);

    /// <summary>Which run of a container answers there.</summary>
    public async Task<string> RunOfAsync(int process, string app) => (await GetAsync(new Uri($"http://{Network}.{process}:8080/run"), app)).Body.Trim();

    public async Task<(HttpStatusCode Status, string Body)> GetAsync(Uri address, string app)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Host = $"{app}.apps.localhost";
        using var response = await _http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async Task<JsonNode> ApiGetAsync(int process, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Api(process) + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using var response = await _http.SendAsync(request);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    /// <summary>By its own word; one that does not answer leads nobody.</summary>
    public async Task<bool> LeadsAsync(int process)
    {
        try
        {
            var checks = (await ApiGetAsync(process, "/admin/doctor"))["checks"]!.AsArray();
            return ((string)checks.Single(c => (string?)c!["name"] == "leader")!["message"]!).StartsWith("This process leads", StringComparison.Ordinal);
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Waits until exactly one of them leads.</summary>
    public async Task<int> LeaderAsync()
    {
        var leader = 0;
        await Wait.ForAsync<object>(
            async () =>
            {
                bool[] lead = [await LeadsAsync(1), await LeadsAsync(2)];
                leader = Array.IndexOf(lead, true) + 1;
                return lead.Count(l => l) == 1 ? this : null;
            },
            "exactly one process leads");
        return leader;
    }

    public Task UntilLeadsAsync(int process) =>
        Wait.ForAsync<object>(async () => await LeadsAsync(process) ? this : null, $"the process {process} leads; its log ends with\n{Tail(process)}");

    public Task UntilAnswersAsync(int process) => Wait.ForAsync<object>(
        async () => (await _http.GetAsync(Api(process) + "/healthz")).IsSuccessStatusCode ? this : null, $"an answer of the process {process}");

    /// <summary>Address and port of its first member.</summary>
    public string Nats => $"{Network}.1:14221";

    /// <summary>Address and port of the database.</summary>
    public string Records => $"{Network}.1:5432";

    private async Task StopAsync(int process) => (await RunAsync("stop-control", $"{process}")).ExpectSuccess();

    /// <summary>Starts it anew with other ways to its engines; null: the one that every process has.</summary>
    public async Task StartAgainAsync(int process, string? nats = null, string? records = null)
    {
        await StopAsync(process);
        var file = Path.Combine(Root, $"control-{process}", "gantry.json");
        var settings = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        settings["Gantry"]!["Bus"]!["Url"] = $"nats://{nats ?? Nats}";
        var database = (records ?? Records).Split(':');
        settings["Gantry"]!["Store"]!["ConnectionString"] = $"Host={database[0]};Port={database[1]};Database=postgres;Username=gantry";
        await File.WriteAllTextAsync(file, settings.ToJsonString());
        (await RunAsync("start-control", $"{process}")).ExpectSuccess();
        await UntilAnswersAsync(process);
        await UntilHostsAreReadyAsync(process);
    }

    public Task UntilHostsAreReadyAsync(int process) => Wait.ForAsync<object>(
        async () => JsonNode.Parse((await CliAsync(process, "hosts", "--format", "json")).ExpectSuccess().Output)!.AsArray() is { Count: Hosts } hosts
            && hosts.All(h => (string?)h!["status"] == "ready") ? this : null,
        $"the process {process} hears both hosts; its log ends with\n{Tail(process)}");

    public async Task<string> DeployAsync(int process, string prefix)
    {
        var app = $"{prefix}-{Guid.NewGuid().ToString("N")[..8]}";
        (await CliAsync(process, "create", app)).ExpectSuccess();
        var folder = Directory.CreateDirectory(Path.Combine(Root, app)).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "Procfile"), "web: node server.js\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "server.js"), Server);
        (await CliAsync(process, "deploy", folder, "--app", app)).ExpectSuccess();
        await UntilServedAsync(process, app, "web-1");
        return app;
    }

    public async Task DestroyAsync(int process, string app) => (await CliAsync(process, "destroy", "--app", app, "--force")).ExpectSuccess();

    /// <summary>All of these containers, and no other one, answer through that router.</summary>
    public Task UntilServedAsync(int process, string app, params string[] labels) => Wait.ForAsync<object>(
        async () =>
        {
            var seen = new HashSet<string>();
            for (var i = 0; i < labels.Length * 4; i++)
                seen.Add((await GetAsync(process, app)).Body.Trim());
            return seen.SetEquals(labels) ? this : null;
        },
        $"the router of process {process} uses {string.Join(", ", labels)}");

    /// <summary>A question to the database, behind everybody's back.</summary>
    public async Task<string> QueryAsync(string sql) =>
        (await Shell.RunAsync("psql", ["-h", $"{Network}.1", "-U", "gantry", "-d", "postgres", "-Atc", sql])).ExpectSuccess().Output.Trim();

    public string ProcessLog(int process) => File.ReadAllText(Path.Combine(Root, $"control-{process}", "gantryd.log"));

    public string AgentLog(int host) => File.ReadAllText(Path.Combine(Root, $"{host}", "agent.log"));

    private string Tail(int process) => string.Join('\n', ProcessLog(process).Split('\n').TakeLast(15));

    public static string Api(int process) => $"http://{Network}.{process}:7080";

    private static string FindRepository()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Gantry.slnx")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
