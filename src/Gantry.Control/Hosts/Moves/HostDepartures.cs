using System.Globalization;
using System.Runtime.CompilerServices;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;

namespace Gantry.Control.Hosts.Moves;

/// <summary>How far the containers of a host are from leaving it, failed tries counted in.</summary>
internal sealed class HostDepartures(IHostStore hosts, IContainerStore containers, IAppStore apps, MoveFailures failures, TimeProvider time)
{
    /// <remarks>Containers are read first: an app that is deleted meanwhile is then seen as deleted, and never its containers as nobody's.</remarks>
    public async Task<ClusterRecords> ReadAsync(CancellationToken token)
    {
        var live = await containers.ListLiveAsync(token).ConfigureAwait(false);
        return new ClusterRecords(
            await hosts.ListAsync(token).ConfigureAwait(false), live, (await apps.ListAllAsync(token).ConfigureAwait(false)).ToDictionary(a => a.Id));
    }

    /// <summary>What leaves the host, one after the other as it is asked for: earlier tries cost a query each.</summary>
    public async IAsyncEnumerable<Departure> LookAsync(Host host, ClusterRecords records, [EnumeratorCancellation] CancellationToken token)
    {
        var busy = Departures.UnderWay(records.Live).Select(m => m.Old.AppId).ToHashSet();
        foreach (var departure in Departures.From(host.Id, records))
            yield return departure.State != DepartureState.Free ? departure
                : busy.Contains(departure.Container.AppId) ? departure with { State = DepartureState.Waits, Why = Departures.Busy }
                : await TriedAsync(departure, token).ConfigureAwait(false);
    }

    private async Task<Departure> TriedAsync(Departure departure, CancellationToken token)
    {
        if (await failures.FindAsync(departure.Container, token).ConfigureAwait(false) is not { } failure || failure.RetryAt <= time.GetUtcNow())
            return departure;
        var why = string.Create(
            CultureInfo.InvariantCulture, $"its successor did not become ready ({failure.Tries} tried): {failure.Why} It is tried again at {failure.RetryAt:HH:mm:ss} UTC");
        return departure with { State = DepartureState.Cannot, Why = why };
    }
}
