using System.Globalization;
using Gantry.Conformance.Records;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Usage;
using Gantry.Store.Records;
using Gantry.Store.Sql;
using Gantry.Store.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Engines.Tests.Support;

/// <summary>Rows in every table, and all of them as text that does not depend on the engine.</summary>
internal static class AllTables
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>At least one row of every table, beside what <see cref="RecordSuite"/> starts with.</summary>
    public static async Task FillAsync(IServiceProvider services)
    {
        var app = Samples.App().Id;
        var (apps, deployments) = (services.GetRequiredService<IAppStore>(), services.GetRequiredService<IDeploymentStore>());
        await services.GetRequiredService<IAccountStore>().AddTokenAsync(Samples.ApiToken(), Token);
        await services.GetRequiredService<IAccountStore>().AddKeyAsync(Samples.SshKey(), Token);
        await apps.SetFormationAsync(app, [new("web", 2, "M", "node ."), new("clock", 0, "S", "")], Token);
        await apps.SetVariablesAsync(app, [new Variable(new VariableId("v-1"), "PASSWORD", "s3cr3t")], Token);
        await apps.BeginOperationAsync(Samples.Operation(), null, Token);
        await deployments.AddAsync(Samples.Deployment(), Token);
        await deployments.AppendOutputAsync(Samples.Deployment().Id, "naïve ☃ 😀\n\0", Token);
        await deployments.AddImageAsync(Samples.Image(), Token);
        await deployments.PutStackAsync(Samples.Stack(), Token);
        await services.GetRequiredService<IContainerStore>().AddAsync(
            [Samples.Container() with { ExtraEnvironment = new Dictionary<string, string> { ["TOKEN"] = "t" } }, Samples.Container("c-2")], Token);
        await services.GetRequiredService<IEventStore>().AddAsync(Samples.Event("ev-1"), Token);
        await services.GetRequiredService<IEventStore>().AddAsync(Samples.Event("ev-2", app: null), Token);
        await services.GetRequiredService<IHostStore>().RegisterAsync(Samples.Host(), Token);
        await services.GetRequiredService<IHostStore>().AddTokenAsync(Samples.JoinToken(), Token);
        await services.GetRequiredService<IRepackingStore>().BeginAsync(Samples.Repacking(), Token);
        await services.GetRequiredService<IAuthorityStore>().AddAsync(Samples.Authority(), Token);
        await services.GetRequiredService<ITermStore>().BeginAsync("one 1", 3, Samples.Now, Token);
        await services.GetRequiredService<IRouterStore>().AddChangeAsync(app, Token);
        await services.GetRequiredService<IRouterStore>().ReportAsync(new("one 1", 1, 1, new HashSet<ContainerId> { new("c-2") }), Token);
        await services.GetRequiredService<ILogDrainStore>().AddAsync(new("1", app, "datadog://TOKEN?region=eu", "", Samples.Now), Token);
        var subject = new UsageSubject(new ContainerId("c-1"), UsageKind.Container, app, "my-app-1", new UserId("us-alice"), "web", "M", 512L << 20);
        var record = new UsageRecord(subject, "host-1", new BootTime("boot-1", 5), Samples.Now, null);
        await services.GetRequiredService<IUsageStore>().ApplyAsync(
            "host-1", new UsageChanges([record], []), new HostSighting(new BootTime("boot-1", 9), Samples.Now), Token);
    }

    /// <summary>All rows of all tables, in an order that does not depend on the engine.</summary>
    public static async Task<SortedDictionary<string, List<string>>> DumpAsync(SqlDatabase database)
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
