using Gantry.Agent.Remote;
using Gantry.Agent.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gantry.Agent.Tests.Remote;

public sealed class RepeatedNeighboursTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Neighbours_OnceTold_ArePutInPlaceAgain_AlsoAfterTheKernelRefused()
    {
        var kernel = new PlayedKernel();
        using var neighbours = new RepeatedNeighbours(kernel, _time, NullLogger<RepeatedNeighbours>.Instance);
        await neighbours.StartAsync(TestContext.Current.CancellationToken);
        HostNeighbour[] told = [new("10.192.16.0/20", "192.0.2.7")];

        await neighbours.MeetAsync(told, ["192.0.2.1"], null, TestContext.Current.CancellationToken);
        kernel.Refuses = true;
        await PassUntilAsync(kernel, 2);
        kernel.Refuses = false;
        await PassUntilAsync(kernel, 3);

        Assert.All(kernel.Told, t => Assert.Equal(told, t));
        await neighbours.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Neighbours_ToldAnewWhileTheOldAreRepeated_AreTheLastInPlace()
    {
        var kernel = new PlayedKernel();
        using var neighbours = new RepeatedNeighbours(kernel, _time, NullLogger<RepeatedNeighbours>.Instance);
        await neighbours.StartAsync(TestContext.Current.CancellationToken);
        await neighbours.MeetAsync([], ["192.0.2.1"], null, TestContext.Current.CancellationToken);
        var gate = new TaskCompletionSource();
        kernel.Gate = gate.Task;
        await PassUntilAsync(kernel, 2);
        HostNeighbour[] newer = [new("10.192.16.0/20", "192.0.2.7")];

        var told = neighbours.MeetAsync(newer, ["192.0.2.1"], null, TestContext.Current.CancellationToken);
        Assert.Equal(2, kernel.Told.Count);
        gate.SetResult();
        await told;

        Assert.Equal(newer, kernel.Told[^1]);
        await neighbours.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Neighbours_ThatTheKernelRefused_AreNotRepeated_ForWhoToldThemTriesAgain()
    {
        var kernel = new PlayedKernel { Refuses = true };
        using var neighbours = new RepeatedNeighbours(kernel, _time, NullLogger<RepeatedNeighbours>.Instance);

        await Assert.ThrowsAsync<RuntimeException>(() => neighbours.MeetAsync([], [], null, TestContext.Current.CancellationToken));
    }

    private Task PassUntilAsync(PlayedKernel kernel, int calls) => Until.TrueAsync(
        () =>
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            return kernel.Told.Count >= calls;
        },
        $"the kernel is told {calls} times");

    private sealed class PlayedKernel : IHostNeighbours
    {
        public List<IReadOnlyCollection<HostNeighbour>> Told { get; } = [];

        public bool Refuses { get; set; }

        public Task Gate { get; set; } = Task.CompletedTask;

        public async Task MeetAsync(IReadOnlyCollection<HostNeighbour> hosts, IReadOnlyCollection<string> routers, HostOverlay? overlay, CancellationToken token)
        {
            Told.Add(hosts);
            await Gate;
            if (Refuses)
                throw new RuntimeException("The kernel refused.", true);
        }
    }
}
