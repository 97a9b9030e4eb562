using System.CommandLine;
using Gantry.Store.Records;

namespace Gantry.Server.Commands;

/// <summary>Takes the records of a single machine to the engine of a cluster.</summary>
internal static class MigrateCommand
{
    public static Command Create(Option<FileInfo?> config)
    {
        var from = new Option<string>("--from") { Required = true, Description = "Where the records are: sqlite" };
        var to = new Option<string>("--to") { Required = true, Description = "Where they go: postgres, at Gantry:Store:ConnectionString" };
        from.AcceptOnlyFromAmong("sqlite");
        to.AcceptOnlyFromAmong("postgres");
        var command = new Command("migrate", "Copies all records from SQLite to an empty PostgreSQL database; the daemon must not run") { from, to };
        command.SetAction((parse, token) => OfflineHost.RunAsync(
            parse.GetValue(config), (services, configuration) => services.AddTransfer(configuration), services => MigrateAsync(services, token), token));
        return command;
    }

    private static async Task<int> MigrateAsync(IServiceProvider services, CancellationToken token)
    {
        var outcome = await services.GetRequiredService<IRecordTransfer>().RunAsync(token).ConfigureAwait(false);
        if (outcome.Refusal is { } refusal)
        {
            await Console.Error.WriteLineAsync($"Nothing was migrated: {refusal}").ConfigureAwait(false);
            return 1;
        }

        foreach (var table in outcome.Value.Tables.Where(t => t.Rows > 0))
            Console.WriteLine($"{table.Name,-20} {table.Rows,10:N0}");
        await Console.Error.WriteLineAsync("All records are in PostgreSQL. Set Gantry:Store:Engine to postgres and start Gantry; keep the old database until you have seen it run.").ConfigureAwait(false);
        return 0;
    }
}
