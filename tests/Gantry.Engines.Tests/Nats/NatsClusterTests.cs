using System.Text;
using Gantry.Bus;
using Gantry.Bus.Nats;
using Gantry.Domain;
using Gantry.Domain.Deployments;
using Gantry.Engines.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Engines.Tests.Nats;

/// <summary>Several processes on one NATS, which is killed and comes back.</summary>
public sealed class NatsClusterTests : IAsyncLifetime
{
    private readonly NatsServer _server = new();
    private readonly List<ServiceProvider> _processes = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _server.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            await process.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Notifications_OfAnotherProcess_ArriveWholeAndInOrder()
    {
        var (mine, other) = (await StartAsync(), await StartAsync());
        var subscription = mine.Subscribe(Token);
        Notification[] all =
        [
            new AppChanged(new AppId("ap-1")), new DeploymentChanged(new AppId("ap-1"), new DeploymentId("d-1"), DeploymentStatus.Starting),
            new DeploymentOutput(new AppId("ap-1"), new DeploymentId("d-1")), new ContainerChanged(new ContainerId("c-1")),
        ];
        Array.ForEach(all, other.Publish);

        Assert.Equal(all, await TakeAsync(subscription, all.Length));
    }

    [Fact]
    public async Task Notifications_AcknowledgedBeforeAKillOfTheServer_AreInItsStream()
    {
        var bus = await StartAsync();
        for (var i = 0; i < 2000; i++)
            bus.Publish(Change(i));
        await Until.TrueAsync(() => bus.IsAcknowledged, "the stream did not take what was published");
        await _server.KillAsync();
        await _server.StartAsync();

        await using var reader = new NatsStream(Options);
        await reader.PrepareAsync(Token);
        var found = new List<string?>();
        await foreach (var (_, bytes) in reader.ReadAsync(1, Token))
        {
            found.AddRange(NotificationBatch.FromBytes(bytes)!.Items.Select(i => i.App));
            if (found.Count >= 2000)
                break;
        }

        Assert.Equal(Enumerable.Range(0, 2000).Select(i => $"ap-{i}"), found);
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("""{"Process":"x","Number":1,"Items":[null]}""")]
    [InlineData("""{"Process":"x","Number":1,"Items":[{"n":1,"k":"of a newer program"}]}""")]
    public async Task Message_OfSomethingElse_IsMissedAndTheBusGoesOn(string text)
    {
        var (mine, other) = (await StartAsync(), await StartAsync());
        var subscription = mine.Subscribe(Token);
        await using var stream = new NatsStream(Options);
        await stream.PrepareAsync(Token);
        await stream.StoreAsync("x", Encoding.UTF8.GetBytes(text), Token);
        other.Publish(Change(1));

        Assert.Equal([new Missed(1), Change(1)], await TakeAsync(subscription, 2).WaitAsync(Until.Limit, Token));
    }

    /// <summary>Kills at moments that differ from run to run, while two processes publish.</summary>
    [Fact]
    public async Task Notifications_WhileTheServerIsKilledAgainAndAgain_ArriveOnceAndInOrder()
    {
        const int each = 3000;
        var (mine, other) = (await StartAsync(), await StartAsync());
        var reading = Task.WhenAll(TakeAsync(mine.Subscribe(Token), 2 * each), TakeAsync(other.Subscribe(Token), 2 * each));
        var publishing = Task.WhenAll(PublishAsync(mine, "mine", each), PublishAsync(other, "other", each));
        for (var kill = 0; kill < 3; kill++)
        {
            await _server.KillAsync();
            await _server.StartAsync();
        }

        await publishing;
        foreach (var taken in await reading.WaitAsync(Until.Limit, Token))
            foreach (var name in (string[])["mine", "other"])
                Assert.Equal(Enumerable.Range(0, each).Select(i => $"ap-{name}-{i}"), taken.Cast<AppChanged>().Select(n => n.AppId.Value).Where(t => t.Contains(name)));
    }

    [Fact]
    public async Task Outbox_ThatOverflowsWhileTheServerIsAway_TellsEverybodyHowMuchWasMissed()
    {
        const int published = 20_000;
        var (mine, other) = (await StartAsync(), await StartAsync());
        var subscription = other.Subscribe(Token);
        await _server.KillAsync();
        for (var i = 0; i < published; i++)
            mine.Publish(Change(i));
        await _server.StartAsync();

        var (received, missed) = (0L, 0L);
        await foreach (var notification in subscription)
        {
            if (notification is Missed told)
                missed += told.Count;
            else
                received++;
            if (received + missed >= published)
                break;
        }

        Assert.Equal(published, received + missed);
        Assert.True(missed > 0);
    }

    [Fact]
    public async Task Bus_WhoseServerIsNotThere_NeverBlocksAndGoesOnWhenItIs()
    {
        await _server.KillAsync();
        var services = new ServiceCollection().AddNatsBus(Configure).BuildServiceProvider();
        _processes.Add(services);
        var bus = services.GetRequiredService<NatsBus>();
        bus.Publish(Change(1));
        Assert.False(bus.IsAcknowledged);
        await _server.StartAsync();

        await Until.TrueAsync(() => bus.IsAcknowledged, "the stream did not take what was published before it was there");
        var subscription = bus.Subscribe(Token);
        (await StartAsync()).Publish(Change(2));
        Assert.Equal([Change(2)], await TakeAsync(subscription, 1).WaitAsync(Until.Limit, Token));
    }

    /// <summary>What a process does itself waits for no server.</summary>
    [Fact]
    public async Task Notification_OfItsOwnProcess_ArrivesWhileTheServerIsAway_AndNotAgainWhenItIsBack()
    {
        var (mine, other) = (await StartAsync(), await StartAsync());
        var (subscription, others) = (mine.Subscribe(Token), other.Subscribe(Token));
        await _server.KillAsync();
        mine.Publish(Change(1));
        Assert.Equal([Change(1)], await TakeAsync(subscription, 1).WaitAsync(Until.Limit, Token));

        subscription = mine.Subscribe(Token);
        await _server.StartAsync();
        Assert.Equal([Change(1)], await TakeAsync(others, 1).WaitAsync(Until.Limit, Token));
        other.Publish(Change(2));
        Assert.Equal([Change(2)], await TakeAsync(subscription, 1).WaitAsync(Until.Limit, Token));
    }

    /// <summary>Without it, it hears nothing of what other processes do, and must look at the records unasked.</summary>
    [Fact]
    public async Task Subscriber_WhileTheServerIsAway_IsToldAgainAndAgainToLookForItself()
    {
        var (mine, other) = (await StartAsync(), await StartAsync());
        await using var subscription = mine.Subscribe(Token).GetAsyncEnumerator(Token);
        await _server.KillAsync();
        other.Publish(Change(1));

        await IsToldAgainAndAgainAsync(subscription);

        await _server.StartAsync();
        await HearsAsync(Change(1), subscription);
    }

    /// <summary>As after one member of three came back: the server takes what it is sent, and gives out nothing. Nobody is told of an error.</summary>
    [Fact]
    public async Task Subscriber_WhoseServerTakesAndGivesNothing_IsToldAgainAndAgainToLookForItself()
    {
        var bus = await StartAsync(o => o.Url = _server.UrlOfTheDeaf);
        await using var subscription = bus.Subscribe(Token).GetAsyncEnumerator(Token);
        await IsToldAgainAndAgainAsync(subscription);

        bus.Publish(Change(1));
        await Until.TrueAsync(() => bus.IsAcknowledged, "the stream did not take what was published");
    }

    private NatsBusOptions Options
    {
        get
        {
            var options = new NatsBusOptions();
            Configure(options);
            return options;
        }
    }

    private void Configure(NatsBusOptions options) => (options.Url, options.Capacity) = (_server.Url, 100_000);

    private static Notification Change(int i) => new AppChanged(new AppId($"ap-{i}"));

    /// <summary>A bus as another process would have one.</summary>
    private async Task<NatsBus> StartAsync(Action<NatsBusOptions>? change = null)
    {
        var services = new ServiceCollection().AddNatsBus(Configure + change).BuildServiceProvider();
        _processes.Add(services);
        var bus = services.GetRequiredService<NatsBus>();
        await bus.Listening.WaitAsync(Until.Limit, Token);
        return bus;
    }

    private static async Task IsToldAgainAndAgainAsync(IAsyncEnumerator<Notification> subscription)
    {
        for (var told = 0; told < 2; told++)
        {
            Assert.True(await subscription.MoveNextAsync().AsTask().WaitAsync(Until.Limit, Token));
            Assert.Equal(new Missed(0), subscription.Current);
        }
    }

    private static async Task HearsAsync(Notification expected, IAsyncEnumerator<Notification> subscription)
    {
        do
            Assert.True(await subscription.MoveNextAsync().AsTask().WaitAsync(Until.Limit, Token));
        while (subscription.Current is Missed { Count: 0 });
        Assert.Equal(expected, subscription.Current);
    }

    private static async Task PublishAsync(NatsBus bus, string name, int count)
    {
        for (var i = 0; i < count; i++)
        {
            bus.Publish(new AppChanged(new AppId($"ap-{name}-{i}")));
            if (i % 100 == 99)
                await Until.TrueAsync(() => bus.IsAcknowledged, "the stream did not take what was published");
        }
    }

    private static async Task<List<Notification>> TakeAsync(IAsyncEnumerable<Notification> subscription, int count)
    {
        var taken = new List<Notification>();
        await foreach (var notification in subscription)
        {
            // A server that is slow to come back is told of.
            if (notification is not Missed { Count: 0 })
                taken.Add(notification);
            if (taken.Count == count)
                break;
        }

        return taken;
    }
}
