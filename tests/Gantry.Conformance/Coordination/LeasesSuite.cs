using Gantry.Coordination;
using Xunit;

namespace Gantry.Conformance.Coordination;

/// <summary>Contract of <see cref="ILeases"/>.</summary>
public abstract class LeasesSuite : PortSuite
{
    private ILeases Leases => Port<ILeases>();

    [Fact]
    public async Task Lease_HeldByAnother_IsNotGiven()
    {
        await using var first = await Leases.TryAcquireAsync("control", Token);
        Assert.NotNull(first);
        Assert.False(first.Lost.IsCancellationRequested);
        Assert.Null(await Leases.TryAcquireAsync("control", Token));
        await using var other = await Leases.TryAcquireAsync("other", Token);
        Assert.NotNull(other);
    }

    [Fact]
    public async Task Lease_GivenBack_CanBeTakenAgain()
    {
        await (await Leases.TryAcquireAsync("control", Token))!.DisposeAsync();
        await using var second = await Leases.TryAcquireAsync("control", Token);
        Assert.NotNull(second);
    }

    [Fact]
    public async Task Lease_GivenBackTwice_DoesNotFreeTheNextHolder()
    {
        var first = (await Leases.TryAcquireAsync("control", Token))!;
        await first.DisposeAsync();
        await using var second = await Leases.TryAcquireAsync("control", Token);
        await first.DisposeAsync();
        Assert.Null(await Leases.TryAcquireAsync("control", Token));
    }

    [Fact]
    public async Task Lease_AskedForByManyAtOnce_ExactlyOneHolds()
    {
        var leases = Leases;
        var held = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => leases.TryAcquireAsync("control", Token).AsTask())));
        Assert.Single(held, l => l is not null);
    }

    [Fact]
    public async Task FencingToken_OfALaterHolder_IsGreaterEvenAfterARestart()
    {
        var tokens = new List<long>();
        for (var i = 0; i < 4; i++)
        {
            await using (var lease = await Leases.TryAcquireAsync("control", Token))
                tokens.Add(lease!.FencingToken);
            if (i == 1)
                await RestartAsync();
        }

        Assert.Equal(tokens.Order().Distinct(), tokens);
    }
}
