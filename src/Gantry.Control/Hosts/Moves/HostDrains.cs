using Gantry.Bus;
using Gantry.Domain;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Hosts.Moves;

/// <summary>Writes down that a host is to be emptied, and tells from the records alone how far it is.</summary>
internal sealed class HostDrains(
    IHostStore hosts, DrainLooks looks, HostDepartures departures, ContainerPlacer placer, IBus bus, TimeProvider time, IOptions<SchedulingOptions> options) : IHostDrains
{
    private const string Turn = "its turn comes";

    public async Task<Outcome<DrainView>> DrainAsync(HostId id, int? atOnce, CancellationToken token)
    {
        if (HostDrain.CheckAtOnce(atOnce) is { } refusal)
            return refusal;
        await placer.ReadAsync(token).ConfigureAwait(false);
        var there = (await departures.ReadAsync(token).ConfigureAwait(false)).Live.Count(c => c.Host == id);
        var begun = new HostDrain(time.GetUtcNow(), options.Value.MovesAtOnce, there);
        var host = await hosts.UpdateAsync(
            id, h => h with { Cordoned = true, Drain = (h.Drain ?? begun) with { AtOnce = atOnce ?? h.Drain?.AtOnce ?? begun.AtOnce } }, token).ConfigureAwait(false);
        if (host is null)
            return Unknown(id);
        looks.Ask();
        // From here on nothing is placed there.
        await placer.ReadAsync(token).ConfigureAwait(false);
        foreach (var container in (await departures.ReadAsync(token).ConfigureAwait(false)).Live.Where(c => c.Host == id))
            bus.Publish(new ContainerChanged(container.Id));
        return await ShowAsync(id, token).ConfigureAwait(false);
    }

    public async Task<Outcome<DrainView>> ShowAsync(HostId id, CancellationToken token)
    {
        var records = await departures.ReadAsync(token).ConfigureAwait(false);
        if (records.Hosts.FirstOrDefault(h => h.Id == id) is not { } host)
            return Unknown(id);
        if (host.Drain is not { } drain)
            return Refusal.Conflict($"{id} is not drained. To move everything away from it: gantry hosts drain {id}");
        var there = new List<DepartureView>();
        await foreach (var departure in departures.LookAsync(host, records, token).ConfigureAwait(false))
            there.Add(await ViewAsync(departure, token).ConfigureAwait(false));
        return new DrainView(host, Math.Max(drain.Containers, there.Count), there);
    }

    private async Task<DepartureView> ViewAsync(Departure d, CancellationToken token)
    {
        if (d.State == DepartureState.Free)
        {
            var why = await placer.WhyNotAsync(d.Container, d.App!, token).ConfigureAwait(false);
            d = d with { State = why is null ? DepartureState.Waits : DepartureState.Cannot, Why = why ?? Turn };
        }

        return new DepartureView(d.Container, d.App?.Name.Value, d.State, d.To, d.Why);
    }

    private static Refusal Unknown(HostId id) => Refusal.NotFound("host", $"There is no host \"{id}\". See gantry hosts.");
}
