using System.Collections.Concurrent;
using Gantry.Conformance.Records;
using Gantry.Engines.Tests.Support;
using Gantry.Store.Records;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Engines.Tests.Postgres;

/// <summary>The server is killed, stopped and paused, and its connections are cut, while records are written.</summary>
public sealed class PostgresOutageTests : RecordSuite
{
    private readonly PostgresServer _server = new();
    private readonly ConcurrentDictionary<string, bool> _acknowledged = new();
    private readonly ConcurrentQueue<Exception> _failures = new();

    protected override void AddAdapter(IServiceCollection services) =>
        _server.Add(services, Folder, o => o.OutagePatience = TimeSpan.FromSeconds(1));

    public override async ValueTask InitializeAsync()
    {
        await _server.StartAsync();
        await base.InitializeAsync();
    }

    protected override ValueTask DisposeEngineAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Writes_WhileConnectionsAreCut_AreAllThereWhenAcknowledged()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var writers = WriteAsync(stop.Token);
        for (var round = 0; round < 6; round++)
        {
            await MoreAsync(30);
            await _server.QueryAsync("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'");
        }

        await stop.CancelAsync();
        await writers;
        await NothingIsLostAsync();
        Assert.All(_failures, ExplainsItself);
    }

    [Fact]
    public async Task Writes_WhileTheServerIsKilledAndRestarted_AreAllThereWhenAcknowledged()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var writers = WriteAsync(stop.Token);
        for (var round = 0; round < 2; round++)
        {
            await MoreAsync(50);
            await _server.KillAsync();
            await Until.TrueAsync(() => _failures.Count > round * 4, "the outage was not told to anybody");
            await _server.StartAsync();
        }

        await MoreAsync(50);
        await stop.CancelAsync();
        await writers;
        await NothingIsLostAsync();
        Assert.NotEmpty(_failures);
        Assert.All(_failures, ExplainsItself);
    }

    [Fact]
    public async Task Store_WhoseServerIsAway_SaysSoAndGoesOnByItself()
    {
        await _server.KillAsync();
        ExplainsItself(await Assert.ThrowsAsync<StoreException>(() => Apps.ListAllAsync(Token)));
        ExplainsItself(await Assert.ThrowsAsync<StoreException>(() => Events.AddAsync(Samples.Event(), Token)));
        await RestartAsync();
        ExplainsItself(await Assert.ThrowsAsync<StoreException>(() => Apps.ListAllAsync(Token)));
        await _server.StartAsync();

        Assert.Single(await Apps.ListAllAsync(Token));
    }

    private Task MoreAsync(int writes)
    {
        var wanted = _acknowledged.Count + writes;
        return Until.TrueAsync(() => _acknowledged.Count >= wanted, "nothing is written any more");
    }

    private Task WriteAsync(CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            try
            {
                await Events.AddAsync(Samples.Event($"ev-{writer}-{i}"), CancellationToken.None);
                _acknowledged[$"ev-{writer}-{i}"] = true;
            }
            catch (Exception e)
            {
                _failures.Enqueue(e);
            }
        }
    })));

    private async Task NothingIsLostAsync()
    {
        var found = (await Events.ListByAppAsync(Samples.App().Id, null, 1, int.MaxValue, Token)).Page.Select(e => e.Id.Value).ToHashSet();
        Assert.Subset(found, _acknowledged.Keys.ToHashSet());
    }

    private static void ExplainsItself(Exception e)
    {
        var failure = Assert.IsType<StoreException>(e);
        Assert.True(failure.IsTransient);
        Assert.Contains("ry again", failure.Message);
    }
}
