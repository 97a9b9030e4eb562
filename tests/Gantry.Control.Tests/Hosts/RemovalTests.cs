using Gantry.Conformance.Records;
using Gantry.Control.Hosts;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Control.Tests.Hosts;

/// <summary>What becomes of hosts that operators remove, and which machine may be which host.</summary>
public sealed class RemovalTests : IAsyncDisposable
{
    private readonly ControlHost _host = new();

    private IHostPlanner Planner => _host.Get<IHostPlanner>();

    [Fact]
    public async Task Host_OfThisProcess_IsNotRemovedAndSaysWhatSubnetItHas()
    {
        var here = Assert.Single(await Planner.ListAsync(ControlHost.Token)).Host;

        var refused = await Planner.RemoveAsync(here.Id, true, ControlHost.Token);

        Assert.Equal(RefusalKind.Conflict, refused.Refusal!.Kind);
        Assert.Equal(("10.201.0.0/16", (string?)null), (here.Subnet, here.Address));
        Assert.Single(await Planner.ListAsync(ControlHost.Token));
    }

    [Fact]
    public async Task Host_Elsewhere_IsGoneWhenItIsRemoved()
    {
        await _host.Get<IHostStore>().RegisterAsync(Samples.Host("host-2"), ControlHost.Token);
        Assert.Equal(2, (await Planner.ListAsync(ControlHost.Token)).Count);

        Assert.True((await Planner.RemoveAsync(new HostId("host-2"), false, ControlHost.Token)).IsSuccess);

        Assert.Equal("host-1", Assert.Single(await Planner.ListAsync(ControlHost.Token)).Host.Id.Value);
        Assert.Equal(RefusalKind.NotFound, (await Planner.RemoveAsync(new HostId("host-2"), false, ControlHost.Token)).Refusal!.Kind);
    }

    [Fact]
    public async Task Machine_WithTheNameOfAHostThatJoined_DoesNotTakeItsPlace()
    {
        await _host.Get<IHostStore>().RegisterAsync(Samples.Host("host-1"), ControlHost.Token);

        var failed = await Assert.ThrowsAsync<InvalidOperationException>(() => Planner.ListAsync(ControlHost.Token));

        Assert.Contains("A host of the name host-1 has joined", failed.Message);
        Assert.Equivalent(Samples.Host("host-1"), await _host.Get<IHostStore>().FindAsync(new HostId("host-1"), ControlHost.Token), strict: true);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
