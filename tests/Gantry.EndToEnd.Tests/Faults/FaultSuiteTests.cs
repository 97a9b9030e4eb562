using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>Not beside other tests: it measures silence, and takes a whole machine.</summary>
[CollectionDefinition("faults", DisableParallelization = true)]
public sealed class FaultCollection;

[Collection("faults")]
public sealed class FaultSuiteTests
{
    [Fact]
    public async Task Platform_UnderFaultsDrawnFromASeed_KeepsAllItAcknowledged()
    {
        var (settings, journal) = Begin();
        var folder = $"/var/lib/gantry-faults-{Environment.ProcessId}";
        await using (var database = new OwnDatabase(folder))
        {
            await database.CreateAsync();
            var target = new OneControl(database.ConnectionString);
            await RunAsync(target, database, settings, journal);
            if (await database.AnswersAsync() && await database.ConnectionsAsync() is > 0 and var open)
                journal.Violate($"{open} connections to the database are open after the end of the platform");
            await EndAsync(target, journal);
        }

        Directory.Delete(folder, recursive: true);
        Conclude(settings, journal);
    }

    /// <remarks>By hand: eleven processes of engines and Control beside the hosts are much for a small machine.</remarks>
    [Fact(Explicit = true)]
    public async Task Cluster_OfTwoControlProcesses_UnderFaultsDrawnFromASeed_KeepsAllItAcknowledged()
    {
        var (settings, journal) = Begin();
        var target = new TwoControls();
        await RunAsync(target, new MemberDatabase(target), settings, journal);
        await EndAsync(target, journal);
        Conclude(settings, journal);
    }

    private static (Settings, Journal) Begin()
    {
        var settings = Settings.Read();
        var journal = new Journal(new RunClock(), settings);
        journal.Say($"seed {settings.Seed}, {settings.Length.TotalMinutes:0.#} minutes: GANTRY_FAULTS_SEED={settings.Seed} GANTRY_FAULTS_MINUTES={settings.Length.TotalMinutes:0.#} runs it again");
        return (settings, journal);
    }

    private static async Task RunAsync(FaultTarget target, Database database, Settings settings, Journal journal)
    {
        try
        {
            await target.InitializeAsync();
            using var suite = new FaultSuite(target, database, settings, journal);
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
        finally
        {
            if (journal.Violations.Count > 0)
                await Evidence.KeepAsync(settings.Folder, target, database);
            await target.DisposeAsync();
        }
    }

    private static async Task EndAsync(FaultTarget target, Journal journal)
    {
        // A loop device goes when the last process that had seen its disk has gone.
        var left = "";
        try
        {
            await Wait.ForAsync<object>(async () => (left = await Leaks.AfterAllAsync(target)).Length == 0 ? target : null, "the end of all that the platform had taken", TimeSpan.FromSeconds(10));
        }
        catch (TimeoutException)
        {
            journal.Violate($"left behind: {left}");
        }
    }

    private static void Conclude(Settings settings, Journal journal)
    {
        Assert.True(journal.Violations.Count == 0, $"{string.Join('\n', journal.Violations)}\nWhat was seen is in {settings.Folder}. The run:\n{journal.Text}");
        journal.Close();
    }
}
