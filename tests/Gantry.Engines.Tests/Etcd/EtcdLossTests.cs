using Gantry.Conformance;
using Gantry.Coordination;
using Gantry.Coordination.Etcd;
using Gantry.Engines.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Engines.Tests.Etcd;

/// <summary>How a holder loses a lease, and how the next one gets it.</summary>
public sealed class EtcdLossTests : PortSuite
{
    private const string Key = "/gantry/leases/control";
    private TimeSpan _ttl = TimeSpan.FromSeconds(2);
    private readonly EtcdServer _server = new();

    private ILeases Leases => Port<ILeases>();

    protected override void AddAdapter(IServiceCollection services) => services.AddEtcdLeases(o => (o.Endpoints, o.Ttl) = ([_server.Url], _ttl));

    public override async ValueTask InitializeAsync() => await _server.StartAsync();

    protected override ValueTask DisposeEngineAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Lease_WhoseServerIsKilledAndBackInTime_IsKept()
    {
        // Long enough for a restart, which takes a second or two.
        _ttl = TimeSpan.FromSeconds(6);
        await using var lease = (EtcdLease)await TakeAsync();
        await _server.KillAsync();
        await _server.StartAsync();
        var before = lease.Renewals;
        await Until.TrueAsync(() => lease.Renewals >= before + 2 || lease.Lost.IsCancellationRequested, "the lease was not renewed after the restart");

        Assert.False(lease.Lost.IsCancellationRequested);
        Assert.Null(await TryAsync());
    }

    [Fact]
    public async Task Lease_WhoseServerStaysAway_IsLostAndFreeAgainLater()
    {
        await using var lease = await TakeAsync();
        await _server.PauseAsync();
        await Until.TrueAsync(() => lease.Lost.IsCancellationRequested, "the loss was not told");
        var failure = await Assert.ThrowsAsync<CoordinationException>(() => Leases.TryAcquireAsync("control", Token).AsTask());
        Assert.True(failure.IsTransient);
        await _server.ResumeAsync();

        await using var next = await TakeAsync();
        Assert.True(next.FencingToken > lease.FencingToken);
    }

    /// <summary>The server goes on without the holder, and gives the lease away when its time is up.</summary>
    [Fact]
    public async Task Lease_WhoseHolderIsCutOff_IsLostBeforeAnotherHasIt()
    {
        await using var relay = new Relay(_server.Port);
        await using var services = new ServiceCollection().AddEtcdLeases(o => (o.Endpoints, o.Ttl) = ([relay.Url], _ttl)).BuildServiceProvider();
        await using var lease = await TakeAsync(services.GetRequiredService<ILeases>());
        relay.Cut();
        Assert.False(lease.Lost.IsCancellationRequested);

        await using var next = await TakeAsync();

        Assert.True(lease.Lost.IsCancellationRequested);
        Assert.True(next.FencingToken > lease.FencingToken);
        relay.Mend();
    }

    [Fact]
    public async Task Lease_WhoseKeyWasDeletedByHand_IsLost()
    {
        await using var lease = await TakeAsync();
        using var client = new EtcdClient(new EtcdLeasesOptions { Endpoints = [_server.Url] });
        await client.DeleteAsync(Key, Token);

        await Until.TrueAsync(() => lease.Lost.IsCancellationRequested, "the loss was not told");
        await lease.DisposeAsync();
        await using var next = await TakeAsync();
        Assert.NotNull(next);
    }

    [Fact]
    public async Task Lease_OfAHolderThatDied_IsFreeAfterItsTime()
    {
        using var client = new EtcdClient(new EtcdLeasesOptions { Endpoints = [_server.Url] });
        var (id, _) = await client.GrantAsync(_ttl, Token);
        await client.PutIfAbsentAsync(Key, "a process that was killed", id, Token);
        Assert.Null(await TryAsync());

        await using var next = await TakeAsync();
        Assert.NotNull(next);
    }

    [Fact]
    public async Task Lease_GivenBackWhileTheServerIsAway_EndsByItself()
    {
        var lease = await TakeAsync();
        await _server.PauseAsync();
        await lease.DisposeAsync();
        await _server.ResumeAsync();

        await using var next = await TakeAsync();
        Assert.NotNull(next);
    }

    private async Task<ILease> TakeAsync(ILeases? leases = null)
    {
        ILease? lease = null;
        await Until.TrueAsync(async () => (lease = await TryAsync(leases)) is not null, "the lease did not become free");
        return lease!;
    }

    private async Task<ILease?> TryAsync(ILeases? leases = null)
    {
        try
        {
            return await (leases ?? Leases).TryAcquireAsync("control", Token);
        }
        catch (CoordinationException e) when (e.IsTransient)
        {
            // The server is only just back.
            return null;
        }
    }
}
