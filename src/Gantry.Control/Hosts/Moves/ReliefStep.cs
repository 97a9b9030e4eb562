using Gantry.Control.Containers;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Scheduling.Model;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Hosts.Moves;

/// <summary>
/// Carries out what the scheduler proposes for hot hosts. While a move to or from a host is under way, what is measured there is neither
/// before nor after it: nothing more is begun there.
/// </summary>
internal sealed partial class ReliefStep(ContainerMover mover, LiveContainers containers, IOptions<SchedulingOptions> options, ILogger<ReliefStep> logger)
{
    public async Task RunAsync(Plan plan, CancellationToken token)
    {
        var moves = plan.Waves.SelectMany(w => w.Moves).ToList();
        if (moves.Count == 0 || !options.Value.Relief)
            return;
        var live = await containers.ReadAsync(token).ConfigureAwait(false);
        var byId = live.ToDictionary(c => c.Id.Value, StringComparer.Ordinal);
        var underWay = Departures.UnderWay(live);
        var busy = underWay.SelectMany(m => new[] { m.Old.Host?.Value, m.Next.Host?.Value }).ToHashSet(StringComparer.Ordinal);
        var free = options.Value.MovesAtOnce - underWay.Count(m => m.Next.MovedAt == m.Next.CreatedAt);
        foreach (var group in Groups(moves))
        {
            if (group.Count > free || group.Any(m => busy.Contains(m.From) || busy.Contains(m.To) || !byId.ContainsKey(m.ContainerId)))
                continue;
            if (await BeginAsync(group, byId, token).ConfigureAwait(false))
                free -= group.Count;
        }
    }

    /// <summary>Moves of one swap belong together.</summary>
    private static IEnumerable<IReadOnlyList<Move>> Groups(IReadOnlyList<Move> moves) =>
        moves.GroupBy(m => string.Join(' ', m.Swap.Append(m.ContainerId).Order(StringComparer.Ordinal))).Select(g => g.ToList());

    private async Task<bool> BeginAsync(IReadOnlyList<Move> group, Dictionary<string, Container> byId, CancellationToken token)
    {
        var requests = group.Select(m => new MoveRequest(byId[m.ContainerId], new HostId(m.To), m.Explanation, IsRelief: true)).ToList();
        var begun = await mover.BeginAsync(requests, token).ConfigureAwait(false);
        if (begun.IsSuccess)
            Log.Begun(logger, group[0].Explanation);
        else
            Log.NotBegun(logger, begun.Refusal!.Message, group[0].Explanation);
        return begun.IsSuccess;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Relief begins: {Why}")]
        public static partial void Begun(ILogger logger, string why);

        [LoggerMessage(2, LogLevel.Warning, "Relief is not begun, {Reason}: {Why}")]
        public static partial void NotBegun(ILogger logger, string reason, string why);
    }
}
