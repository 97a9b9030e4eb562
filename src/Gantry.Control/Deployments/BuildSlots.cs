using Microsoft.Extensions.Options;

namespace Gantry.Control.Deployments;

/// <summary>Bounds the builds at the same time on this machine.</summary>
internal sealed class BuildSlots(IOptions<ControlOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _free = new(options.Value.MaxConcurrentBuilds);

    public async Task<IDisposable> TakeAsync(DeploymentLog log, CancellationToken token)
    {
        if (!await _free.WaitAsync(0, token).ConfigureAwait(false))
        {
            await log.StepAsync("Waiting for other builds on this machine to end", token).ConfigureAwait(false);
            await _free.WaitAsync(token).ConfigureAwait(false);
        }

        return new Slot(_free);
    }

    public void Dispose() => _free.Dispose();

    private sealed class Slot(SemaphoreSlim free) : IDisposable
    {
        public void Dispose() => free.Release();
    }
}
