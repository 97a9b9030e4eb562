using Gantry.Bus;
using Gantry.Control.Containers;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Hosts.Moves;

/// <summary>Gives up moves whose new container was not even started in time: its host may be unable to, and nobody would ever say so.</summary>
internal sealed class OverdueMoves(LiveContainers live, IContainerStore containers, IBus bus, TimeProvider time, IOptions<SchedulingOptions> options)
{
    public async Task EndAsync(CancellationToken token)
    {
        var now = time.GetUtcNow();
        var patience = options.Value.MoveTimeout;
        foreach (var (_, next) in Departures.UnderWay(await live.ReadAsync(token).ConfigureAwait(false)))
        {
            if (next is not { Wanted: true, StartedAt: null } || now - next.CreatedAt < patience)
                continue;
            var why = $"{next.Host} did not start it within {patience.TotalMinutes:0} min.";
            await containers.UpdateAsync(next.Id, c => c.StartedAt is null ? c with { Wanted = false, ExitReason = why } : c, token).ConfigureAwait(false);
            bus.Publish(new ContainerChanged(next.Id));
        }
    }
}
