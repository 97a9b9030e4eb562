using Gantry.Domain;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;
using Microsoft.Extensions.Logging;

namespace Gantry.Control.Hosts.Moves;

/// <summary>Begins as many moves away from hosts that are drained as may be under way at once. What finds no room is asked again each time.</summary>
internal sealed partial class DrainStep(IHostStore hosts, DrainLooks looks, HostDepartures departures, ContainerMover mover, ILogger<DrainStep> logger)
{
    public async Task RunAsync(CancellationToken token)
    {
        if (looks.Begin() is not { } look)
            return;
        if (!(await hosts.ListAsync(token).ConfigureAwait(false)).Any(h => h.Drain is not null))
        {
            looks.Rest(look);
            return;
        }

        var records = await departures.ReadAsync(token).ConfigureAwait(false);
        foreach (var host in records.Hosts.Where(h => h.Drain is not null))
            await EmptyAsync(host, records, token).ConfigureAwait(false);
    }

    private async Task EmptyAsync(Host host, ClusterRecords records, CancellationToken token)
    {
        var free = host.Drain!.AtOnce - Departures.From(host.Id, records).Count(d => d.State == DepartureState.Moving);
        if (free <= 0)
            return;
        var moving = new HashSet<AppId>();
        await foreach (var departure in departures.LookAsync(host, records, token).ConfigureAwait(false))
        {
            if (departure.State != DepartureState.Free || moving.Contains(departure.Container.AppId))
                continue;
            var begun = await mover.BeginAsync([new MoveRequest(departure.Container, null, $"{host.Id} is drained")], token).ConfigureAwait(false);
            if (!begun.IsSuccess)
                continue;
            Log.Begun(logger, departure.Container.Label, departure.App!.Name.Value, host.Id.Value, begun.Value[0].Host!.Value.Value);
            moving.Add(departure.Container.AppId);
            if (--free == 0)
                return;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Label} of {App} moves from {Host}, which is drained, to {Target}")]
        public static partial void Begun(ILogger logger, string label, string app, string host, string target);
    }
}
