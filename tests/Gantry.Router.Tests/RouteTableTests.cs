using Gantry.Domain;
using Gantry.Router.Routing;
using Microsoft.Extensions.Options;
using Xunit;

namespace Gantry.Router.Tests;

/// <summary>What a new table keeps of the one before it, and what it lets go.</summary>
public sealed class RouteTableTests : IDisposable
{
    private readonly RouteTable _table = new(Options.Create(new RouterOptions()), TimeProvider.System);

    public void Dispose() => _table.Dispose();

    [Fact]
    public void Swap_RouteThatIsTheSameObject_IsTakenOverAsItIs()
    {
        var (one, two) = (Route("one", Target("c1")), Route("two", Target("c2")));
        Swap(("one", one), ("two", two));
        var (kept, changed) = (_table.Find("one"), _table.Find("two"));

        Swap(("one", one), ("two", two with { Targets = [Target("c2"), Target("c3")] }));

        Assert.Same(kept, _table.Find("one"));
        Assert.NotSame(changed, _table.Find("two"));
        Assert.Same(changed!.State, _table.Find("two")!.State);
        Assert.Same(changed.Targets[0], _table.Find("two")!.Targets[0]);
    }

    [Fact]
    public void Swap_ContainerOfTwoRoutes_TakesRequestsUntilTheLastIsGone()
    {
        var (one, two) = (Route("one", Target("c1")), Route("two", Target("c1")));
        Swap(("one", one), ("two", two));
        var target = _table.Find("one")!.Targets[0];
        Assert.Same(target, _table.Find("two")!.Targets[0]);

        Swap(("two", two));
        Assert.True(target.TryEnter());
        Swap();
        Assert.False(target.TryEnter());
        Assert.Equal(1, _table.InFlight(new ContainerId("c1")));
        target.Leave();
        Assert.Equal(0, _table.InFlight(new ContainerId("c1")));
    }

    [Fact]
    public void Swap_ContainerAtAnotherAddress_IsAnotherTarget_AndTheOldOneTakesNothingMore()
    {
        Swap(("one", Route("one", Target("c1"))));
        var old = _table.Find("one")!.Targets[0];

        Swap(("one", Route("one", Target("c1") with { Port = 2 })));

        Assert.False(old.TryEnter());
        Assert.Equal("http://127.0.0.1:2", _table.Find("one")!.Targets[0].Prefix);
        Assert.True(_table.Find("one")!.Targets[0].TryEnter());
    }

    [Fact]
    public void Swap_AppThatComesBack_BeginsAnew()
    {
        var one = Route("one", Target("c1"));
        Swap(("one", one));
        var (state, target) = (_table.Find("one")!.State, _table.Find("one")!.Targets[0]);

        Swap();
        Assert.Null(_table.Find("one"));
        Swap(("one", one));

        Assert.NotSame(state, _table.Find("one")!.State);
        Assert.NotSame(target, _table.Find("one")!.Targets[0]);
        Assert.True(_table.Find("one")!.Targets[0].TryEnter());
    }

    private void Swap(params (string Host, AppRoute Route)[] hosts) => _table.Swap(new RouteTableModel(hosts.ToDictionary(h => h.Host, h => h.Route)));

    private static AppRoute Route(string app, params RouteTarget[] targets) => new(new AppId(app), app, targets, false, false, false, false, "1");

    private static RouteTarget Target(string id) => new(new ContainerId(id), "web-1", "127.0.0.1", 1);
}
