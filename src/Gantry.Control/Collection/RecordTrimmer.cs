using System.Globalization;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Collection;

/// <summary>Bounds the records that grow with use: by age, and by number where age alone is no bound.</summary>
internal sealed class RecordTrimmer(
    IAppStore apps, IDeploymentStore deployments, IContainerStore containers, IEventStore events, IUsageStore usage, TimeProvider time, IOptions<ControlOptions> options)
{
    public async Task TrimAsync(CancellationToken token)
    {
        var (now, policy) = (time.GetUtcNow(), options.Value);
        await containers.PruneStoppedAsync(now - policy.StoppedContainerRetention, token).ConfigureAwait(false);
        await apps.PruneOperationsAsync(now - policy.OperationRetention, token).ConfigureAwait(false);
        await events.PruneAsync(now - policy.EventRetention, policy.KeptEvents, token).ConfigureAwait(false);
        await usage.PruneAsync(now - policy.UsageRetention, token).ConfigureAwait(false);
        var notice = string.Create(
            CultureInfo.InvariantCulture, $"The output of this deployment was deleted: that of the last {policy.KeptOutputs} of each app is kept.\n");
        await deployments.PruneOutputsAsync(policy.KeptOutputs, notice, token).ConfigureAwait(false);
    }
}
