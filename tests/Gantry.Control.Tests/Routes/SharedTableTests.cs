using Gantry.Control.Routes;
using Gantry.Control.Tests.Platform;
using Gantry.Domain.Containers;
using Xunit;

namespace Gantry.Control.Tests.Routes;

/// <summary>A table reads all records, so those who ask for one at the same time share it.</summary>
public sealed class SharedTableTests : IAsyncDisposable
{
    private readonly ControlHost _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Tables_AskedForByManyAtOnce_AreMadeForAllTogether()
    {
        await _host.AddAppAsync();
        var publisher = _host.Get<RoutePublisher>();

        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => publisher.PublishAsync(ControlHost.Token)));

        Assert.InRange(_host.Tables.Count, 1, 20);
    }

    [Fact]
    public async Task Table_ThatIsBeingMade_IsWaitedForAtTheEnd_ForItReadsTheRecords()
    {
        var publisher = _host.Get<RoutePublisher>();
        using var mayRead = new ManualResetEventSlim();
        var reads = new TaskCompletionSource();
        _host.Records.Broken = _ =>
        {
            reads.TrySetResult();
            mayRead.Wait(ControlHost.Token);
            return false;
        };
        var made = publisher.PublishAsync(ControlHost.Token);
        await reads.Task;

        var end = publisher.DisposeAsync().AsTask();
        Assert.False(end.IsCompleted);
        mayRead.Set();
        await end;

        Assert.True(made.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Table_AskedForAfterAChange_ShowsIt_AlsoWhileOthersAsk()
    {
        var publisher = _host.Get<RoutePublisher>();
        for (var i = 0; i < 20; i++)
        {
            var others = Enumerable.Range(0, 5).Select(_ => publisher.PublishAsync(ControlHost.Token)).ToList();
            var app = await _host.AddAppAsync($"my-app-{i}");
            await publisher.PublishAsync(app.Id, ControlHost.Token);
            Assert.Contains(_host.Tables.Last().Hosts.Keys, h => h.StartsWith($"my-app-{i}.", StringComparison.Ordinal));
            await Task.WhenAll(others);
        }
    }
}
