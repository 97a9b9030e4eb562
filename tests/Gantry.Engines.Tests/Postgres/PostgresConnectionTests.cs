using System.Diagnostics;
using System.Net;
using Gantry.Conformance.Records;
using Gantry.Engines.Tests.Support;
using Gantry.Store.Postgres;
using Gantry.Store.Records;
using Npgsql;

namespace Gantry.Engines.Tests.Postgres;

/// <summary>What a connection does before it is one.</summary>
public sealed class PostgresConnectionTests(SharedPostgres postgres) : PostgresTest(postgres)
{
    private const int Readers = 40;

    /// <summary>It asks the name server about the database's address, at each connection; with one that is away that took the five seconds that a connection may take.</summary>
    [Fact]
    public async Task Connection_ToADatabaseThatDemandsNoKerberos_LooksForNone()
    {
        await Port<IAccountStore>().AddUserAsync(Samples.User(), null, Token);

        Assert.DoesNotContain("libgssapi", await File.ReadAllTextAsync("/proc/self/maps", Token));
    }

    /// <summary>Requests of apps and leases need threads while commands wait for answers that do not come.</summary>
    [Fact]
    public async Task Database_FromWhichNothingComesBack_LeavesThreadsForOtherWork()
    {
        var options = Postgres.Server.Options(Folder);
        var way = new NpgsqlConnectionStringBuilder(options.ConnectionString) { CommandTimeout = 1 };
        await using var relay = new Relay(new IPEndPoint(IPAddress.Loopback, way.Port));
        way.Port = IPEndPoint.Parse(relay.Address).Port;
        await using var database = OtherProgram(o => (o.ConnectionString, o.MaxConnections, o.OutagePatience) = (way.ConnectionString, 2 * Readers, TimeSpan.Zero));
        await database.PrepareAsync(Token);
        var missing = Readers;
        var connected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Task.WhenAll(Enumerable.Range(0, Readers).Select(_ => database.ReadAsync(
            async _ =>
            {
                if (Interlocked.Decrement(ref missing) == 0)
                    connected.SetResult();
                await connected.Task;
                return true;
            },
            Token)));

        relay.Cut();
        var reading = Task.WhenAll(Enumerable.Range(0, Readers).Select(_ => Assert.ThrowsAsync<StoreException>(() => AskAsync(database))));
        var longest = await LongestWaitAsync(reading);

        Assert.All(await reading, e => Assert.True(e.IsTransient));
        Assert.True(longest < TimeSpan.FromSeconds(1.5), $"A piece of other work waited for {longest.TotalSeconds:0.0} s.");
        relay.Mend();
        Assert.Equal(1, await AskAsync(database));
    }

    /// <summary>How long other work had to wait for a thread until that was done. There is always some: what a timer calls comes before all else.</summary>
    private static async Task<TimeSpan> LongestWaitAsync(Task until)
    {
        var longest = TimeSpan.Zero;
        while (!until.IsCompleted)
        {
            var asked = Stopwatch.GetTimestamp();
            await Task.Run(() => Thread.Sleep(5), Token);
            var waited = Stopwatch.GetElapsedTime(asked);
            longest = waited > longest ? waited : longest;
        }

        return longest;
    }

    private static Task<int> AskAsync(PostgresDatabase database) => database.ReadAsync(s => s.ScalarAsync<int>("SELECT 1"), Token);
}
