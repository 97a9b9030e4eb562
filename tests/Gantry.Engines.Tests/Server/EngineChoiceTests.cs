using System.Diagnostics;
using System.Text.Json;
using Gantry.Conformance;
using Gantry.Engines.Tests.Support;

namespace Gantry.Engines.Tests.Server;

/// <summary>The real program with a configuration file, as an operator has it.</summary>
public sealed class EngineChoiceTests(SharedPostgres postgres) : IDisposable
{
    private readonly TempDirectory _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string ConnectionString => postgres.Server.Options(_folder.Path).ConnectionString;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Records_WithPostgresChosen_AreKeptThere()
    {
        var (code, output) = await AddUserAsync("zoe", new { Engine = "postgres", ConnectionString });

        Assert.True(code == 0, output);
        Assert.Equal("zoe", await postgres.Server.QueryAsync("SELECT username FROM users", _folder.Path));
        Assert.True(File.Exists(_folder.Of("gantry.key")));
        Assert.False(File.Exists(_folder.Of("gantry.db")));
    }

    [Fact]
    public async Task Migrate_FromSqliteToPostgres_TakesAlongWhatIsThere()
    {
        var store = new { ConnectionString };
        Assert.Equal(0, (await AddUserAsync("zoe", store)).Code);

        var (code, output) = await RunAsync(new { Store = store }, "migrate", "--from", "sqlite", "--to", "postgres");

        Assert.True(code == 0, output);
        Assert.Contains("users", output);
        var again = await AddUserAsync("zoe", new { Engine = "postgres", ConnectionString });
        Assert.Contains("has already been taken", again.Output);
    }

    [Fact]
    public async Task Backup_OfOneEngine_IsRestoredToTheOther()
    {
        Assert.Equal(0, (await AddUserAsync("zoe", new { Engine = "sqlite" })).Code);
        await File.WriteAllTextAsync(_folder.Of("passphrase"), "correct horse battery\n", Token);
        string[] file = [_folder.Of("saved"), "--passphrase-file", _folder.Of("passphrase")];
        var saved = await RunAsync(new { }, ["backup", "--to", .. file]);
        Assert.True(saved.Code == 0, saved.Output);
        foreach (var lost in Directory.GetFiles(_folder.Path, "gantry.*"))
            File.Delete(lost);

        var store = new { Engine = "postgres", ConnectionString };
        var restored = await RunAsync(new { Store = store }, ["restore", "--from", .. file]);

        Assert.True(restored.Code == 0, restored.Output);
        Assert.Contains("Copy", restored.Output);
        Assert.Equal("zoe", await postgres.Server.QueryAsync("SELECT username FROM users", _folder.Path));
        Assert.Contains("has already been taken", (await AddUserAsync("zoe", store)).Output);
        Assert.Contains("holds records already", (await RunAsync(new { Store = store }, ["restore", "--from", .. file])).Output);
    }

    [Fact]
    public async Task Start_AfterARestoreThatDidNotEnd_IsRefused()
    {
        await File.WriteAllTextAsync(_folder.Of("restore-unfinished"), "x", Token);
        foreach (var command in (string[][])[["serve"], ["add-user", "--username", "zoe", "--email", "zoe@example.org"]])
        {
            var (code, output) = await RunAsync(new { }, command);
            Assert.Equal(1, code);
            Assert.Contains("did not end", output);
        }
    }

    [Theory]
    [InlineData("Store", "oracle", "sqlite or postgres")]
    [InlineData("Store", "postgres", "must name host and database")]
    [InlineData("Coordination", "zookeeper", "in-process or etcd")]
    [InlineData("Bus", "kafka", "in-process or nats")]
    [InlineData("Blobs", "tape", "files or s3")]
    [InlineData("Blobs", "s3", "must be a URL")]
    public async Task Engine_UnknownOrIncomplete_IsRefusedWithWhatToDo(string port, string engine, string advice)
    {
        var settings = new Dictionary<string, object> { [port] = new { Engine = engine } };
        var (code, output) = await RunAsync(settings, "add-user", "--username", "zoe", "--email", "zoe@example.org");

        Assert.Equal(1, code);
        Assert.Contains(advice, output);
    }

    [Theory]
    [InlineData("in-process", "builder", "api, control, router, agent")]
    [InlineData("etcd", "agent", "'gantryd agent' beside it")]
    public async Task Roles_UnknownOrInAProcessThatMayStandBy_AreRefusedWithWhatToDo(string coordination, string role, string advice)
    {
        var settings = new { Roles = new[] { "api", role }, Coordination = new { Engine = coordination, Endpoints = new[] { "http://127.0.0.1:1" } } };
        var (code, output) = await RunAsync(settings, "add-user", "--username", "zoe", "--email", "zoe@example.org");

        Assert.Equal(1, code);
        Assert.Contains(advice, output);
    }

    private Task<(int Code, string Output)> AddUserAsync(string name, object store) =>
        RunAsync(new { Store = store }, "add-user", "--username", name, "--email", $"{name}@example.org");

    private async Task<(int Code, string Output)> RunAsync(object settings, params string[] arguments)
    {
        var gantry = JsonSerializer.SerializeToNode(settings)!;
        (gantry["DataDirectory"], gantry["RunDirectory"]) = (_folder.Path, _folder.Of("run"));
        await File.WriteAllTextAsync(_folder.Of("gantry.json"), $$"""{"Gantry":{{gantry.ToJsonString()}}}""", Token);
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "gantryd.dll"), .. arguments, "--config", _folder.Of("gantry.json")])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync(Token);
        var output = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        return (process.ExitCode, output + await errors);
    }
}
