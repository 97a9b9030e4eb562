using Gantry.Agent.Runtime;
using Gantry.Bus;
using Gantry.Control.Hosts;
using Gantry.Control.Hosts.Remote;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Images;
using Gantry.Domain.Operations;
using Gantry.Store.Records;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Containers;

/// <summary>Places and starts a wanted container when its time has come.</summary>
internal sealed partial class ContainerStarter(
    IAppStore apps, IDeploymentStore deployments, IContainerStore containers, ClusterRuntime runtime, RuntimeObserver observer,
    ContainerSpecs specs, PlacementStep placement, BootTurns turns, BandwidthKeeper bandwidth, ContainerPlacer placer, IBus bus, TimeProvider time, IOptions<ControlOptions> options,
    IOptions<SchedulingOptions> scheduling, ILogger<ContainerStarter> logger)
{
    private const string NoImage = "Its image was deleted. Deploy the app again.";

    public async Task<TimeSpan?> StepAsync(Container container, CancellationToken token)
    {
        var now = time.GetUtcNow();
        if (container.NotBefore is { } notBefore && notBefore > now)
            return notBefore == DateTimeOffset.MaxValue ? null : notBefore - now;
        var app = await apps.FindByIdAsync(container.AppId, token).ConfigureAwait(false);
        var (place, obstacle) = app is null ? (null, NoImage) : await placement.RunAsync(container, app, token).ConfigureAwait(false);
        if (place is null && obstacle is null)
        {
            turns.End(container.Id);
            return scheduling.Value.RetryInterval;
        }

        // A person waits for a one-off.
        if (place is not null && container.Type != ProcessTypes.OneOff && turns.Take(place.Host, container.Id) is { } later)
            return later;
        var spec = default(ContainerSpec);
        if (place is not null)
            (spec, obstacle) = await PrepareAsync(app!, container, token).ConfigureAwait(false);
        if (spec is null)
            await FailAsync(container, obstacle!, token).ConfigureAwait(false);
        else
            await StartAsync(container, app!, place!, spec, token).ConfigureAwait(false);
        return TimeSpan.Zero;
    }

    /// <summary>
    /// What the host refuses is tried again for as long as it is right for what it is: for ever when it serves, so that an app comes
    /// back when its host was mended; a new release fails its deployment, which would not end otherwise.
    /// </summary>
    private async Task StartAsync(Container container, App app, Place place, ContainerSpec spec, CancellationToken token)
    {
        try
        {
            // What another process has started may have got something else.
            var begins = observer.Find(container.Id) is null;
            var status = await runtime.StartOnAsync(place.Host, spec, token).ConfigureAwait(false);
            if (begins)
                bandwidth.Started(container.Id, spec.Limits.BitsPerSecond);
            await StartedAsync(container, place, status, token).ConfigureAwait(false);
        }
        catch (RuntimeException e) when (!e.IsTransient && placement.IsGivenUp(container, app))
        {
            Log.CannotStart(logger, container.Label, container.AppId.Value, e.Message);
            await FailAsync(container, e.Message, token).ConfigureAwait(false);
        }
    }

    /// <returns>What to start, or why this container can't start.</returns>
    private async Task<(ContainerSpec? Spec, string Obstacle)> PrepareAsync(App app, Container container, CancellationToken token)
    {
        try
        {
            return (await SpecAsync(app, container, token).ConfigureAwait(false), NoImage);
        }
        catch (StoreException e) when (!e.IsTransient)
        {
            Log.CannotStart(logger, container.Label, container.AppId.Value, e.Message);
            return (null, e.Message);
        }
    }

    /// <remarks>
    /// The place is written down with the start, in one flush of the disk. Killed in between, the next process finds the
    /// container on this host, and it has its place here.
    /// </remarks>
    private async Task StartedAsync(Container container, Place place, ContainerStatus status, CancellationToken token)
    {
        var now = time.GetUtcNow();
        observer.Report(status);
        await containers.UpdateAsync(container.Id, c => c with
        {
            Host = place.Host,
            PlacedAt = c.PlacedAt ?? now,
            Placement = place.Explanation,
            Address = status.Address,
            Port = ProcessTypes.Listens(c.Type) ? options.Value.ContainerPort : 0,
            // By the clock that its limits are counted with: its host's may be wrong.
            StartedAt = c.StartedAt ?? now,
        }, token).ConfigureAwait(false);
        placer.Recorded(container.Id);
        if (container.Type == ProcessTypes.OneOff)
            await FinishOperationAsync(container, null, token).ConfigureAwait(false);
        bus.Publish(new ContainerChanged(container.Id));
    }

    private async Task<ContainerSpec?> SpecAsync(App app, Container container, CancellationToken token)
    {
        if (await deployments.FindImageAsync(container.ImageId, token).ConfigureAwait(false) is not { } image)
            return null;
        var stacks = await deployments.ListStacksAsync(token).ConfigureAwait(false);
        var variables = await apps.GetVariablesAsync(app.Id, token).ConfigureAwait(false);
        return specs.For(app, container, image, StackName(stacks, app, image), variables);
    }

    private static string StackName(IReadOnlyList<Stack> stacks, App app, Image image) =>
        (stacks.FirstOrDefault(s => s.RunDigest == image.StackDigest) ?? stacks.FirstOrDefault(s => s.Id == app.StackId))?.Name ?? "";

    private async Task FailAsync(Container container, string reason, CancellationToken token)
    {
        await containers.UpdateAsync(container.Id, c => c with { BootFailed = true, ExitReason = reason }, token).ConfigureAwait(false);
        await FinishOperationAsync(container, reason, token).ConfigureAwait(false);
    }

    private async Task FinishOperationAsync(Container container, string? error, CancellationToken token)
    {
        foreach (var operation in await apps.ListUnfinishedOperationsAsync(token).ConfigureAwait(false))
        {
            if (operation.ContainerId != container.Id)
                continue;
            var status = error is null ? OperationStatus.Done : OperationStatus.Error;
            await apps.SetOperationStatusAsync(operation.Id, status, error, time.GetUtcNow(), token).ConfigureAwait(false);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The container {Label} of the app {App} cannot be started and is given up: {Reason}")]
        public static partial void CannotStart(ILogger logger, string label, string app, string reason);
    }
}
