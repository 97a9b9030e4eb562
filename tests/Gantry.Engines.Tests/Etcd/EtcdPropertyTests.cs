using System.Collections.Concurrent;
using Gantry.Coordination;
using Gantry.Coordination.Etcd;
using Gantry.Engines.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Engines.Tests.Etcd;

/// <summary>Whatever happens to the server, a name never has two holders, and tokens only grow.</summary>
public sealed class EtcdPropertyTests : IAsyncLifetime
{
    private const int Contenders = 6;
    private static readonly TimeSpan _ttl = TimeSpan.FromSeconds(2);
    private readonly EtcdServer _server = new();
    private readonly ConcurrentQueue<string> _violations = new();
    private readonly ConcurrentQueue<long> _tokens = new();
    private object? _holder;

    /// <summary>Who holds the lease keeps it until it is lost.</summary>
    private volatile bool _clutch;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _server.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Lease_WhileTheServerIsKilledAndPaused_NeverHasTwoHolders(int seed)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var contenders = Task.WhenAll(Enumerable.Range(0, Contenders).Select(i => Task.Run(() => ContendAsync(new Random(seed * 100 + i), stop.Token))));
        var trouble = new Random(seed);
        for (var round = 0; round < 3; round++)
        {
            await HeldAgainAsync();
            var (kill, untilLost) = (trouble.Next(2) == 0, round == 0 || trouble.Next(2) == 0);
            _clutch = untilLost;
            await Until.TrueAsync(() => Volatile.Read(ref _holder) is not null, "nobody got the lease");
            await (kill ? _server.KillAsync() : _server.PauseAsync());
            await Until.TrueAsync(() => !untilLost || Volatile.Read(ref _holder) is null, "the loss was not told");
            _clutch = false;
            await (kill ? _server.StartAsync() : _server.ResumeAsync());
        }

        await HeldAgainAsync();
        await stop.CancelAsync();
        await contenders;
        Assert.Empty(_violations);
        Assert.Equal(_tokens.Order().Distinct(), _tokens);
        Assert.True(_tokens.Count > Contenders);
    }

    private Task HeldAgainAsync()
    {
        var before = _tokens.Count;
        return Until.TrueAsync(() => _tokens.Count >= before + 3, "nobody got the lease");
    }

    /// <summary>One process: takes the lease when it can, works under it for a while, and gives it back or loses it.</summary>
    private async Task ContendAsync(Random random, CancellationToken stop)
    {
        await using var services = new ServiceCollection().AddEtcdLeases(o => (o.Endpoints, o.Ttl) = ([_server.Url], _ttl)).BuildServiceProvider();
        var leases = services.GetRequiredService<ILeases>();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (await leases.TryAcquireAsync("control", stop) is { } lease)
                    await WorkAsync(lease, random.Next(0, 400), stop);
                else
                    await Task.Delay(random.Next(5, 50), stop);
            }
            catch (CoordinationException)
            {
                // The server is away.
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The test is over.
            }
        }
    }

    private async Task WorkAsync(ILease lease, int milliseconds, CancellationToken stop)
    {
        var other = Interlocked.CompareExchange(ref _holder, lease, null);
        if (other is ILease held)
            _violations.Enqueue($"{lease.FencingToken} was given while {held.FencingToken} held it");
        _tokens.Enqueue(lease.FencingToken);
        await using (lease)
        {
            using var losing = lease.Lost.Register(() => Interlocked.CompareExchange(ref _holder, null, lease));
            using var either = CancellationTokenSource.CreateLinkedTokenSource(lease.Lost, stop);
            await Task.Delay(milliseconds, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (_clutch && !either.IsCancellationRequested)
                await Task.Delay(20, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Interlocked.CompareExchange(ref _holder, null, lease);
        }
    }
}
