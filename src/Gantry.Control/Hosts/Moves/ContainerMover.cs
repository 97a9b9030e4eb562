using Gantry.Agent.Logs;
using Gantry.Bus;
using Gantry.Control.Work;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Store.Records;

namespace Gantry.Control.Hosts.Moves;

/// <summary>A container that is to go to another host.</summary>
/// <param name="To">Where; null for wherever placement finds best.</param>
/// <param name="Why">A sentence for operators.</param>
/// <param name="IsRelief">It counts against the limits of relief, and is left alone for a while afterwards.</param>
internal sealed record MoveRequest(Container Container, HostId? To, string Why, bool IsRelief = false);

/// <summary>
/// Begins moves: a place elsewhere and, with it, the record of a second container that names the first. Everything after that is what
/// follows any container that takes over: it is started, and when it is ready it gets the requests and the first one drains and stops
/// (<see cref="Formation.FormationPlanner"/>). If it does not become ready it ends, and the first one serves on.
/// </summary>
internal sealed class ContainerMover(ContainerPlacer placer, IContainerStore containers, IAppStore apps, IAppLog log, IBus bus, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Begins all of these moves or none: a swap is no use by halves.</summary>
    /// <returns>The new containers, or why nothing was begun.</returns>
    public async Task<Outcome<IReadOnlyList<Container>>> BeginAsync(IReadOnlyList<MoveRequest> requests, CancellationToken token)
    {
        await _one.WaitAsync(token).ConfigureAwait(false);
        var placed = new List<(MoveRequest Request, Container Next)>();
        var begun = false;
        try
        {
            foreach (var request in requests)
            {
                var next = await PlaceAsync(request, token).ConfigureAwait(false);
                if (!next.IsSuccess)
                    return next.Refusal!;
                placed.Add((request, next.Value));
            }

            await WriteAsync(placed, token).ConfigureAwait(false);
            begun = true;
            return placed.ConvertAll(p => p.Next);
        }
        finally
        {
            if (!begun)
                placed.ForEach(p => placer.Release(p.Next.Id));
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<Outcome<Container>> PlaceAsync(MoveRequest request, CancellationToken token)
    {
        var live = await containers.ListLiveAsync(request.Container.AppId, token).ConfigureAwait(false);
        var app = await apps.FindByIdAsync(request.Container.AppId, token).ConfigureAwait(false);
        if (live.FirstOrDefault(c => c.Id == request.Container.Id) is not { } container)
            return Refusal.Conflict("it has ended");
        var departure = Departures.Of(container, app, live);
        if (departure.State != DepartureState.Free)
            return Refusal.Conflict(departure.Why ?? "it moves already");
        if (Departures.UnderWay(live).Count > 0)
            return Refusal.Conflict(Departures.Busy);
        if (container.Host == request.To)
            return Refusal.Conflict($"it is on {request.To} already");
        var next = Next(container, request);
        var place = await placer.PlaceMoveAsync(next, app!, request.To, token).ConfigureAwait(false);
        return place.IsSuccess
            ? next with { Host = place.Value.Host, PlacedAt = next.CreatedAt, Placement = $"{place.Value.Explanation}; it moves because {request.Why}" }
            : place.Refusal!;
    }

    /// <remarks>Of two that claim a slot the newer one has it, also when the clock went back.</remarks>
    private Container Next(Container old, MoveRequest request)
    {
        var now = time.GetUtcNow();
        var created = now > old.CreatedAt ? now : old.CreatedAt.AddTicks(1);
        var next = old.Successor(NewId.Container(), created);
        return next with { Crashes = old.Crashes, Replaces = old.Id, MovedAt = request.IsRelief ? created : old.MovedAt };
    }

    /// <summary>The try is noted first: killed in between, the container is left alone for a while, which does no harm.</summary>
    private async Task WriteAsync(List<(MoveRequest Request, Container Next)> placed, CancellationToken token)
    {
        foreach (var (request, next) in placed.Where(p => p.Request.IsRelief))
            await containers.UpdateAsync(request.Container.Id, c => c with { MovedAt = next.MovedAt }, token).ConfigureAwait(false);
        await containers.AddAsync(placed.ConvertAll(p => p.Next), token).ConfigureAwait(false);
        foreach (var (_, next) in placed)
        {
            placer.Recorded(next.Id);
            log.Append(next.AppId, next.Label, $"[gantry] {next.Label} moves to another host; it serves on until it is ready there");
            bus.Publish(new ContainerChanged(next.Id));
        }
    }
}
