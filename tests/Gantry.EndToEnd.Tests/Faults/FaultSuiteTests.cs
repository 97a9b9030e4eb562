using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>Not beside other tests: it measures silence, and takes a whole machine.</summary>
[CollectionDefinition("faults", DisableParallelization = true)]
public sealed class FaultCollection;

[Collection("faults")]
public sealed class FaultSuiteTests
{
    /// <remarks>
    /// Run by hand (docs/design/hosts.md) until it has been green over many seeds: on a machine that others use too, hosts fall silent by
    /// themselves, and what they lose then is explained by no fault.
    /// </remarks>
    [Fact(Explicit = true)]
    public async Task Platform_UnderFaultsDrawnFromASeed_KeepsAllItAcknowledged()
    {
        var settings = Settings.Read();
        var journal = new Journal(new RunClock(), settings);
        journal.Say($"seed {settings.Seed}, {settings.Length.TotalMinutes:0.#} minutes: GANTRY_FAULTS_SEED={settings.Seed} GANTRY_FAULTS_MINUTES={settings.Length.TotalMinutes:0.#} runs it again");
        var folder = $"/var/lib/gantry-faults-{Environment.ProcessId}";
        await using (var database = new Database(folder))
        {
            await database.CreateAsync();
            var cluster = new Cluster(database.ConnectionString, "3G");
            try
            {
                await RunAsync(cluster, database, settings, journal);
            }
            finally
            {
                if (journal.Violations.Count > 0)
                    Evidence.Keep(settings.Folder, cluster, database, journal);
                await cluster.DisposeAsync();
            }

            if (await database.AnswersAsync() && await database.ConnectionsAsync() is > 0 and var open)
                journal.Violate($"{open} connections to the database are open after the end of the platform");
            if (await Leaks.AfterAllAsync(cluster) is { Length: > 0 } left)
                journal.Violate($"left behind: {left}");
        }

        Directory.Delete(folder, recursive: true);
        Assert.True(journal.Violations.Count == 0, $"{string.Join('\n', journal.Violations)}\nWhat was seen is in {settings.Folder}. The run:\n{journal.Text}");
        journal.Close();
    }

    private static async Task RunAsync(Cluster cluster, Database database, Settings settings, Journal journal)
    {
        await cluster.InitializeAsync();
        using var suite = new FaultSuite(cluster, database, settings, journal);
        try
        {
            await suite.RunAsync();
        }
        catch (Exception e) when (journal.Violations.Count == 0 || e is OperationCanceledException)
        {
            if (journal.Violations.Count == 0)
                journal.Violate($"the run itself failed: {e}");
        }

        var explained = journal.Failed.GroupBy(f => Checks.Explanations.Of(f, journal.Faults)?.Fault.Kind.ToString() ?? "nothing");
        journal.Say($"{suite.Sent} requests; {journal.Counts}; {journal.Failed.Count(f => f.App is not null)} requests and {journal.Failed.Count(f => f.App is null)} calls failed, explained by: {string.Join(", ", explained.Select(g => $"{g.Key} {g.Count()}"))}");
    }
}
