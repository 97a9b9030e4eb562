using System.Diagnostics;
using Gantry.Conformance.Records;
using Gantry.Domain;
using Gantry.Engines.Tests.Support;
using Gantry.Store.Postgres;
using Gantry.Store.Records;
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
        await AllTables.FillAsync(Port<IServiceProvider>());
        var before = await AllTables.DumpAsync(Port<SqliteDatabase>());
        await RestartAsync();

        var report = (await RunAsync()).Value;

        await using var services = Cluster();
        var after = await AllTables.DumpAsync(services.GetRequiredService<PostgresDatabase>());
        Assert.Equal(before.Keys, after.Keys);
        Assert.All(before, table => Assert.Equal(table.Value, after[table.Key]));
        Assert.All(report.Tables, t => Assert.Equal(before[t.Name].Count, t.Rows));
        Assert.All(report.Tables, t => Assert.True(t.Rows > 0, $"The table {t.Name} has no row in this test: add one."));
        Assert.Equal("s3cr3t", Assert.Single(await services.GetRequiredService<IAppStore>().GetVariablesAsync(Samples.App().Id, Token)).Value);
    }

    [Fact]
    public async Task Records_MadeAfterwards_ComeAfterThoseTakenAlong()
    {
        await AllTables.FillAsync(Port<IServiceProvider>());
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
        await AllTables.FillAsync(Port<IServiceProvider>());
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
}
