using Gantry.Bus;
using Gantry.Conformance;
using Gantry.Control.Containers;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Control.Tests.Containers;

/// <summary>What is kept in memory of the containers, beside records that this process and others write.</summary>
public sealed class LiveContainersTests : IAsyncDisposable
{
    private readonly ControlHost _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Container_ThatThisProcessWrote_IsInTheNextAnswer_ThoughNobodySaysSo()
    {
        var app = await _host.AddAppAsync();
        Assert.Empty(await ReadAsync());
        var container = await _host.AddContainerAsync(app);
        Assert.Equal(ContainerState.Booting, Assert.Single(await ReadAsync()).State);
        await _host.Containers.UpdateAsync(container.Id, c => c with { State = ContainerState.Running }, ControlHost.Token);
        Assert.Equal(ContainerState.Running, Assert.Single(await ReadAsync()).State);
        var next = container.Successor(new ContainerId("ct-next"), container.CreatedAt);
        await _host.Containers.ReplaceAsync(container.Id, c => c with { State = ContainerState.Stopped }, next, ControlHost.Token);
        Assert.Equal(next.Id, Assert.Single(await ReadAsync()).Id);
        await _host.Containers.UpdateAsync(next.Id, c => c with { State = ContainerState.Stopped }, ControlHost.Token);
        Assert.Empty(await ReadAsync());
    }

    [Fact]
    public async Task Container_ThatAnotherProcessWrote_IsInTheAnswer_WhenItSaysSo()
    {
        var container = await RunningAsync();
        _host.Raw("UPDATE containers SET slot = 7");
        Assert.Equal(1, Assert.Single(await ReadAsync()).Index);
        _host.Get<IBus>().Publish(new ContainerChanged(container.Id));
        await Until.TrueAsync(async () => (await ReadAsync()).Single().Index == 7, "the change is in the answer");
    }

    [Fact]
    public async Task Container_ThatAnotherMakesStartOrEnd_IsSeenSoon_AndAnyWithinFiveMinutes()
    {
        await RunningAsync();
        _host.Raw("UPDATE containers SET wanted = 0");
        _host.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(Assert.Single(await ReadAsync()).Wanted);

        _host.Raw("UPDATE containers SET wanted = 1, slot = 7");
        _host.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(Assert.Single(await ReadAsync()) is { Wanted: true, Index: 7 });

        _host.Raw("UPDATE containers SET slot = 8");
        _host.Time.Advance(TimeSpan.FromMinutes(5));
        await Until.TrueAsync(async () => (await ReadAsync()).Single().Index == 8, "all are read anew");
    }

    [Fact]
    public async Task Container_ThatAnotherBroughtToItsEnd_IsGoneSoon()
    {
        await RunningAsync();
        _host.Raw("UPDATE containers SET wanted = 0");
        _host.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Single(await ReadAsync());

        _host.Raw("UPDATE containers SET state = 'Stopped'");
        _host.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Empty(await ReadAsync());
    }

    [Fact]
    public async Task Answer_AfterRecordsWereAway_HasWhatChangedBefore()
    {
        var container = await RunningAsync();
        await _host.Containers.UpdateAsync(container.Id, c => c with { Crashes = 3 }, ControlHost.Token);
        _host.Records.AreAway = true;
        await Assert.ThrowsAsync<StoreException>(ReadAsync);
        _host.Records.AreAway = false;
        Assert.Equal(3, Assert.Single(await ReadAsync()).Crashes);
    }

    [Fact]
    public async Task Term_ThatBegins_TrustsNothingThatWasReadBefore()
    {
        var app = await _host.AddAppAsync(webs: 7);
        var container = await _host.AddContainerAsync(app);
        await _host.Containers.UpdateAsync(container.Id, c => c with { NotBefore = DateTimeOffset.MaxValue }, ControlHost.Token);
        await ReadAsync();
        _host.Raw("UPDATE containers SET slot = 7");
        Assert.Equal(1, Assert.Single(await ReadAsync()).Index);

        await _host.StartAsync();

        await Until.TrueAsync(async () => (await ReadAsync()).Single(c => c.Id == container.Id).Index == 7, "it is read anew");
    }

    [Fact]
    public async Task Answer_WhileAllAreReadAnew_WaitsForNothing_AndKeepsWhatChangedMeanwhile()
    {
        var (container, notes) = (await RunningAsync(), new ContainerNotes());
        var (reads, read, held) = (0, new TaskCompletionSource(), new TaskCompletionSource());
        var slow = Interceptor<IContainerStore>.After(_host.Containers, nameof(IContainerStore.ListLiveAsync), () =>
        {
            if (++reads == 1)
                return Task.CompletedTask;
            read.TrySetResult();
            return held.Task;
        });
        await using var live = new LiveContainers(slow, notes, _host.Get<IBus>(), _host.Time);
        Assert.Single(await live.ReadAsync(ControlHost.Token));

        _host.Time.Advance(TimeSpan.FromMinutes(5));
        _host.Raw("UPDATE containers SET slot = 7");
        await live.ReadAsync(ControlHost.Token);
        await read.Task.WaitAsync(Until.Limit, ControlHost.Token);
        await _host.Containers.UpdateAsync(container.Id, c => c with { Crashes = 3 }, ControlHost.Token);
        notes.Note([container.Id]);
        Assert.Equal(3, (await live.ReadAsync(container.AppId, ControlHost.Token)).Single().Crashes);

        held.SetResult();
        await Until.TrueAsync(async () => (await live.ReadAsync(ControlHost.Token)).Single() is { Index: 7, Crashes: 3 }, "all are read anew");
    }

    private async Task<Container> RunningAsync()
    {
        var container = await _host.AddContainerAsync(await _host.AddAppAsync());
        await _host.Containers.UpdateAsync(container.Id, c => c with { State = ContainerState.Running }, ControlHost.Token);
        await ReadAsync();
        return container;
    }

    private Task<IReadOnlyList<Container>> ReadAsync() => _host.Get<LiveContainers>().ReadAsync(ControlHost.Token);
}
