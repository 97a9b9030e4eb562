using Gantry.Bus;
using Gantry.Domain;
using Xunit;

namespace Gantry.Conformance.Bus;

/// <summary>Contract of <see cref="IBus"/>.</summary>
public abstract class BusSuite : PortSuite
{
    private IBus Bus => Port<IBus>();

    [Fact]
    public async Task Notification_PublishedBetweenSubscribeAndFirstRead_IsReceived()
    {
        var subscription = Bus.Subscribe(Token);
        Bus.Publish(Change(1));
        Assert.Equal([Change(1)], await TakeAsync(subscription, 1));
    }

    [Fact]
    public async Task Notifications_Published_ReachEverySubscriberInOrder()
    {
        var (first, second) = (Bus.Subscribe(Token), Bus.Subscribe(Token));
        for (var i = 0; i < 100; i++)
            Bus.Publish(Change(i));
        var expected = Enumerable.Range(0, 100).Select(Change).ToArray();
        Assert.Equal(expected, await TakeAsync(first, 100));
        Assert.Equal(expected, await TakeAsync(second, 100));
    }

    [Fact]
    public async Task Notification_PublishedBefore_IsNotReceived()
    {
        Bus.Publish(Change(1));
        var subscription = Bus.Subscribe(Token);
        Bus.Publish(Change(2));
        Assert.Equal([Change(2)], await TakeAsync(subscription, 1));
    }

    [Fact]
    public async Task Subscriber_ThatLags_IsToldHowMuchItMissed()
    {
        const int published = 100_000;
        var subscription = Bus.Subscribe(Token);
        for (var i = 0; i < published; i++)
            Bus.Publish(Change(i));
        var (received, missed) = (0L, 0L);
        await foreach (var notification in subscription)
        {
            if (notification is Missed told)
                missed += told.Count;
            else
                received++;
            if (received + missed == published)
                break;
        }

        Assert.True(missed > 0);
    }

    [Fact]
    public async Task Subscription_WhoseTokenIsCancelled_Ends()
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var subscription = Bus.Subscribe(source.Token);
        var reading = TakeAsync(subscription, int.MaxValue);
        await source.CancelAsync();
        Assert.Empty(await reading.WaitAsync(TimeSpan.FromSeconds(30), Token));
    }

    private static Notification Change(int i) => new AppChanged(new AppId($"ap-{i}"));

    private static async Task<List<Notification>> TakeAsync(IAsyncEnumerable<Notification> subscription, int count)
    {
        var taken = new List<Notification>();
        await foreach (var notification in subscription)
        {
            taken.Add(notification);
            if (taken.Count == count)
                break;
        }

        return taken;
    }
}
