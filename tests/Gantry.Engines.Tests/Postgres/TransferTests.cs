using System.Diagnostics;
using System.Globalization;
using Gantry.Conformance.Records;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Usage;
using Gantry.Engines.Tests.Support;
using Gantry.Store.Postgres;
using Gantry.Store.Records;
using Gantry.Store.Sql;
using Gantry.Store.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Engines.Tests.Postgres;

/// <summary>From a single machine to a cluster: all records, or none.</summary>
public sealed class TransferTests(SharedPostgres postgres) : RecordSuite
{
    private string DatabasePath => Path.Combine(Folder, "gantry.db");

    protected override void AddAdapter(IServiceCollection services) => services.AddSqliteStore(o => o.DatabasePath = DatabasePath);

    [Fact]
    public async Task Records_OfASingleMachine_AreTheSameInPostgres()
    {
        await FillAsync();
        var before = await DumpAsync(Port<SqliteDatabase>());
        await RestartAsync();

        var report = (await RunAsync()).Value;

        await using var services = Cluster();
        var after = await DumpAsync(services.GetRequiredService<PostgresDatabase>());
        Assert.Equal(before.Keys, after.Keys);
        Assert.All(before, table => Assert.Equal(table.Value, after[table.Key]));
        Assert.All(report.Tables, t => Assert.Equal(before[t.Name].Count, t.Rows));
        Assert.All(report.Tables, t => Assert.True(t.Rows > 0, $"The table {t.Name} has no row in this test: add one."));
        Assert.Equal("s3cr3t", Assert.Single(await services.GetRequiredService<IAppStore>().GetVariablesAsync(Samples.App().Id, Token)).Value);
    }

    [Fact]
    public async Task Records_MadeAfterwards_ComeAfterThoseTakenAlong()
    {
        await FillAsync();
        for (var i = 0; i < 5; i++)
            await Events.AddAsync(Samples.Event($"ev-pruned-{i}") with { CreatedAt = Samples.Now.AddDays(-9) }, Token);
        await Events.PruneAsync(Samples.Now.AddDays(-1), 100, Token);
        await RestartAsync();
        await RunAsync();

        await using var services = Cluster();
        await services.GetRequiredService<IEventStore>().AddAsync(Samples.Event("ev-new"), Token);
        Assert.Equal(8L, await postgres.Server.QueryAsync("SELECT seq FROM events WHERE id = 'ev-new'", Folder));
    }

    [Fact]
    public async Task Transfer_ToADatabaseThatHasRecords_IsRefusedAndChangesNothing()
    {
        await using (var services = Cluster())
            await services.GetRequiredService<IAccountStore>().AddUserAsync(Samples.User("carol"), null, Token);
        await RestartAsync();

        Assert.Contains("holds records already", (await RunAsync()).Refusal!.Message);
        Assert.Equal("carol", await postgres.Server.QueryAsync("SELECT string_agg(username, ' ') FROM users", Folder));
    }

    [Fact]
    public async Task Transfer_ThatFailsHalfWay_LeavesNothingBehind()
    {
        await FillAsync();
        // PostgreSQL keeps no such text, and events come after most other tables.
        await Port<SqliteDatabase>().ExecuteAsync("UPDATE events SET app_name = 'a' || char(0)", null, Token);
        await RestartAsync();

        Assert.Contains("NUL", (await Assert.ThrowsAsync<StoreException>(RunAsync)).Message);
        Assert.Equal(0L, await postgres.Server.QueryAsync("SELECT count(*) FROM users", Folder));
    }

    [Fact]
    public async Task Transfer_OfADatabaseInUse_IsRefused()
    {
        await RestartAsync();
        using var user = Process.Start(new ProcessStartInfo("bash", ["-c", $"exec 3<'{DatabasePath}'; echo open; exec sleep 1000"]) { RedirectStandardOutput = true })!;
        await user.StandardOutput.ReadLineAsync(Token);
        Assert.Contains($"process {user.Id}", (await RunAsync()).Refusal!.Message);
        user.Kill();
        await user.WaitForExitAsync(Token);
        Assert.True((await RunAsync()).IsSuccess);
    }

    [Fact]
    public async Task Transfer_WithAnotherKey_IsRefused()
    {
        await RestartAsync();
        Assert.Equal("key", (await RunAsync(keyPath: Path.Combine(Folder, "other.key"))).Refusal!.Field);
        Assert.False(File.Exists(Path.Combine(Folder, "other.key")));
    }

    [Fact]
    public async Task Transfer_FromADatabaseThatIsNotThere_IsRefused()
    {
        await RestartAsync();
        File.Delete(DatabasePath);
        Assert.Equal(RefusalKind.NotFound, (await RunAsync()).Refusal!.Kind);
        Assert.False(File.Exists(DatabasePath));
    }

    private async Task<Outcome<TransferReport>> RunAsync() => await RunAsync(null);

    private async Task<Outcome<TransferReport>> RunAsync(string? keyPath)
    {
        await using var services = new ServiceCollection().AddSqliteToPostgres(o => o.DatabasePath = DatabasePath, o =>
        {
            var place = postgres.Server.Options(Folder);
            (o.ConnectionString, o.KeyPath) = (place.ConnectionString, keyPath ?? place.KeyPath);
        }).BuildServiceProvider();
        return await services.GetRequiredService<IRecordTransfer>().RunAsync(Token);
    }

    private ServiceProvider Cluster()
    {
        var services = new ServiceCollection();
        postgres.Server.Add(services, Folder);
        return services.BuildServiceProvider();
    }

    /// <summary>At least one row of every table.</summary>
    private async Task FillAsync()
    {
        var (app, usage) = (Samples.App().Id, Port<IUsageStore>());
        await Accounts.AddTokenAsync(Samples.ApiToken(), Token);
        await Accounts.AddKeyAsync(Samples.SshKey(), Token);
        await Apps.SetFormationAsync(app, [new("web", 2, "M", "node ."), new("clock", 0, "S", "")], Token);
        await Apps.SetVariablesAsync(app, [new Variable(new VariableId("v-1"), "PASSWORD", "s3cr3t")], Token);
        await Apps.BeginOperationAsync(Samples.Operation(), null, Token);
        await Deployments.AddAsync(Samples.Deployment(), Token);
        await Deployments.AppendOutputAsync(Samples.Deployment().Id, "naïve ☃ 😀\n\0", Token);
        await Deployments.AddImageAsync(Samples.Image(), Token);
        await Deployments.PutStackAsync(Samples.Stack(), Token);
        await Containers.AddAsync([Samples.Container() with { ExtraEnvironment = new Dictionary<string, string> { ["TOKEN"] = "t" } }, Samples.Container("c-2")], Token);
        await Events.AddAsync(Samples.Event("ev-1"), Token);
        await Events.AddAsync(Samples.Event("ev-2", app: null), Token);
        await Port<IHostStore>().RegisterAsync(Samples.Host(), Token);
        await Port<IHostStore>().AddTokenAsync(Samples.JoinToken(), Token);
        await Port<IAuthorityStore>().AddAsync(Samples.Authority(), Token);
        await Port<ILogDrainStore>().AddAsync(new("1", app, "datadog://TOKEN?region=eu", "", Samples.Now), Token);
        var subject = new UsageSubject(new ContainerId("c-1"), UsageKind.Container, app, "my-app-1", new UserId("us-alice"), "web", "M", 512L << 20);
        var record = new UsageRecord(subject, "host-1", new BootTime("boot-1", 5), Samples.Now, null);
        await usage.ApplyAsync("host-1", new UsageChanges([record], []), new HostSighting(new BootTime("boot-1", 9), Samples.Now), Token);
    }

    /// <summary>All rows of all tables as text, in an order that does not depend on the engine.</summary>
    private static async Task<SortedDictionary<string, List<string>>> DumpAsync(SqlDatabase database)
    {
        var tables = await database.ListAsync<string>(
            database is SqliteDatabase
                ? "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'schema_migrations'"
                : "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_name <> 'schema_migrations'",
            null, Token);
        var dump = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var table in tables)
            dump[table] = await database.ReadAsync(s => RowsAsync(s, table), Token);
        return dump;
    }

    private static async Task<List<string>> RowsAsync(SqlSession session, string table)
    {
        var rows = new List<string>();
        await using var reader = await session.ReadAsync($"SELECT * FROM {table}");
        while (await reader.ReadAsync(Token))
            rows.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).OrderBy(reader.GetName, StringComparer.Ordinal)
                .Select(i => $"{reader.GetName(i)}={Text(reader.GetValue(i))}")));
        rows.Sort(StringComparer.Ordinal);
        return rows;
    }

    private static string Text(object value) => value switch
    {
        DBNull => "null",
        bool b => b ? "1" : "0",
        byte[] bytes => Convert.ToHexString(bytes),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
