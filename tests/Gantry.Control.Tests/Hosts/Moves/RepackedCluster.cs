using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Control.Tests.Hosts.Moves;

/// <summary>A cluster whose repackings are planned by the scheduler, or by the test.</summary>
public abstract class RepackedCluster : IAsyncDisposable
{
    private protected MoveCluster Cluster { get; } = new();

    private protected ControlHost Host => Cluster.Host;

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected async Task<IReadOnlyList<FarHost>> JoinAsync(params string[] names)
    {
        var hosts = new List<FarHost>();
        foreach (var name in names)
            hosts.Add(await Cluster.JoinAsync(name, hosts.Count + 1));
        await Cluster.StartAsync();
        return hosts;
    }

    protected Task PlanAsync(params RepackingMove[] moves) => PlanAsync(4, moves);

    protected Task PlanAsync(int atOnce, params RepackingMove[] moves) => PlanAsync([.. moves.Select(m => m.From.Value).Distinct()], atOnce, moves);

    /// <summary>As if the scheduler had planned that.</summary>
    protected async Task PlanAsync(string[] frees, int atOnce, params RepackingMove[] moves)
    {
        var plan = new Repacking { Objective = "fewest-hosts", AtOnce = atOnce, BeganAt = Host.Time.GetUtcNow(), Frees = [.. frees.Select(f => new HostId(f))], Moves = moves };
        Assert.NotNull(await Host.Get<IRepackingStore>().BeginAsync(plan, ControlHost.Token));
    }

    protected static RepackingMove Move(Container container, string from, string to, int wave) =>
        new(container.Id, container.AppId.Value["ap-".Length..], container.Label, new HostId(from), new HostId(to), wave, "test");
}
