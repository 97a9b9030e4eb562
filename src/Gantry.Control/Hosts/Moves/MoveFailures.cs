using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Hosts.Moves;

/// <summary>Moves of one container that failed, the last of them.</summary>
/// <param name="TriedAt">When the last try began.</param>
/// <param name="RetryAt">Before this time it is not tried again.</param>
internal sealed record MoveFailure(int Tries, DateTimeOffset TriedAt, DateTimeOffset RetryAt, string Why);

/// <summary>What became of earlier tries: they are in the records, so a restart of this process forgets none.</summary>
internal sealed class MoveFailures(IContainerStore containers, IOptions<SchedulingOptions> options)
{
    private static readonly TimeSpan _longest = TimeSpan.FromMinutes(30);

    public async Task<MoveFailure?> FindAsync(Container container, CancellationToken token)
    {
        var all = await containers.ListByDeploymentAsync(container.AppId, container.DeploymentId, token).ConfigureAwait(false);
        var failed = all.Where(c => c.Replaces == container.Id && c is { State: ContainerState.Stopped, ReadyAt: null }).ToList();
        if (failed.Count == 0)
            return null;
        var last = failed.MaxBy(c => c.StoppedAt)!;
        var delay = TimeSpan.FromTicks(Math.Min(_longest.Ticks, options.Value.MoveRetry.Ticks << Math.Min(failed.Count - 1, 10)));
        return new MoveFailure(failed.Count, last.CreatedAt, (last.StoppedAt ?? last.CreatedAt) + delay, Reason(last));
    }

    public static string Reason(Container failed) => failed.ExitReason
        ?? (failed.ExitCode is { } code ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"It exited with code {code} while it started.") : "It did not start.");
}
