using Gantry.Bus;
using Gantry.Control.Work;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Deployments;
using Gantry.Domain.Images;
using Gantry.Store.Records;

namespace Gantry.Control.Deployments;

/// <summary>Brings up the containers of a new release beside the old ones, runs its hook, and switches.</summary>
internal sealed class RolloutStep(
    IAppStore apps, IContainerStore containers, Routes.RoutePublisher routes, IBus bus, TimeProvider time)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    public async Task RunAsync(App app, Deployment deployment, Image image, DeploymentLog log, CancellationToken token)
    {
        var formation = Formation(await apps.GetFormationAsync(app.Id, token).ConfigureAwait(false), image);
        var wanted = await StartAsync(app, deployment, image, formation, token).ConfigureAwait(false);
        if (wanted.Count > 0)
            await log.StepAsync($"Starting {wanted.Count} container{(wanted.Count == 1 ? "" : "s")}", token).ConfigureAwait(false);
        await WaitReadyAsync(deployment, wanted, token).ConfigureAwait(false);
        await RunHookAsync(app, deployment, image, log, token).ConfigureAwait(false);
        await SwitchAsync(app, deployment, image, formation, token).ConfigureAwait(false);
    }

    /// <summary>Known types keep amount and size; new ones start at 0, <c>web</c> at 1; types that are gone go.</summary>
    internal static List<ProcessFormation> Formation(IReadOnlyList<ProcessFormation> old, Image image) =>
    [
        .. from process in image.ProcessTypes
           where process.Key != ProcessTypes.Postdeploy
           let known = old.FirstOrDefault(f => f.Type == process.Key)
           select new ProcessFormation(
               process.Key, known?.Amount ?? (process.Key == ProcessTypes.Web ? 1 : 0), known?.Size ?? ContainerSize.Default.Name, process.Value),
    ];

    private async Task<IReadOnlyList<Container>> StartAsync(
        App app, Deployment deployment, Image image, List<ProcessFormation> formation, CancellationToken token)
    {
        var live = (await containers.ListLiveAsync(app.Id, token).ConfigureAwait(false)).Where(c => c.DeploymentId == deployment.Id && !c.IsOneOff).ToList();
        var missing = (from process in formation
                       from index in Enumerable.Range(1, process.Amount)
                       where !live.Exists(c => c.Type == process.Type && c.Index == index)
                       select New(app, deployment, image, process.Type, index, process.Size, process.Command)).ToList();
        await AddAsync(missing, token).ConfigureAwait(false);
        return [.. live, .. missing];
    }

    private async Task WaitReadyAsync(Deployment deployment, IReadOnlyList<Container> wanted, CancellationToken token)
    {
        var wakeup = new Wakeup(bus, n => n is ContainerChanged, time, token);
        await using var _ = wakeup.ConfigureAwait(false);
        while (true)
        {
            var ready = 0;
            foreach (var container in wanted)
            {
                var now = await containers.FindAsync(container.Id, token).ConfigureAwait(false);
                if (now is null or { State: ContainerState.Stopped })
                    throw Failure(container, now);
                ready += now.State == ContainerState.Running ? 1 : 0;
            }

            if (ready == wanted.Count)
                return;
            await wakeup.WaitAsync(Poll).ConfigureAwait(false);
        }
    }

    private static DeploymentFailure Failure(Container container, Container? now)
    {
        var status = now is { BootFailed: true, StartedAt: not null } ? DeploymentStatus.TimeoutError : DeploymentStatus.CrashedError;
        var detail = now?.ExitReason ?? $"It exited with code {now?.ExitCode?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "unknown"} while it started.";
        return new DeploymentFailure(status, $"{container.Label} did not start: {detail} See 'gantry logs'. The previous release keeps serving.");
    }

    private async Task RunHookAsync(App app, Deployment deployment, Image image, DeploymentLog log, CancellationToken token)
    {
        if (!image.ProcessTypes.TryGetValue(ProcessTypes.Postdeploy, out var command))
            return;
        await log.StepAsync($"Running the postdeploy hook: {command}", token).ConfigureAwait(false);
        var index = await containers.NextOneOffIndexAsync(app.Id, token).ConfigureAwait(false);
        var hook = New(app, deployment, image, ProcessTypes.Postdeploy, index, ContainerSize.Default.Name, command);
        await AddAsync([hook], token).ConfigureAwait(false);
        try
        {
            await WaitForHookAsync(hook, token).ConfigureAwait(false);
        }
        finally
        {
            await containers.UpdateAsync(hook.Id, c => c with { Wanted = false }, CancellationToken.None).ConfigureAwait(false);
            bus.Publish(new ContainerChanged(hook.Id));
        }
    }

    private async Task WaitForHookAsync(Container hook, CancellationToken token)
    {
        var wakeup = new Wakeup(bus, n => n is ContainerChanged, time, token);
        await using var _ = wakeup.ConfigureAwait(false);
        while (true)
        {
            var now = await containers.FindAsync(hook.Id, token).ConfigureAwait(false);
            if (now is { State: ContainerState.Stopped, ExitCode: 0 })
                return;
            if (now?.State == ContainerState.Stopped)
            {
                var why = now.ExitReason is null ? "" : ": " + now.ExitReason;
                throw new DeploymentFailure(
                    DeploymentStatus.HookError,
                    $"The postdeploy hook failed with exit code {now.ExitCode}{why}. See 'gantry logs --filter {hook.Label}'. The previous release keeps serving.");
            }

            await wakeup.WaitAsync(Poll).ConfigureAwait(false);
        }
    }

    /// <summary>One write makes the release the current one; everything else follows from it and can be done again.</summary>
    private async Task SwitchAsync(App app, Deployment deployment, Image image, List<ProcessFormation> formation, CancellationToken token)
    {
        var now = time.GetUtcNow();
        await apps.SetFormationAsync(app.Id, formation, token).ConfigureAwait(false);
        await apps.UpdateAsync(app.Id, a => a with
        {
            CurrentDeploymentId = deployment.Id,
            CurrentImageId = image.Id,
            LastDeployedAt = now,
            LastDeployedBy = deployment.PusherName,
            Status = formation.Exists(f => f.Amount > 0) ? AppStatus.Running : AppStatus.Stopped,
        }, token).ConfigureAwait(false);
        await routes.PublishAsync(token).ConfigureAwait(false);
        bus.Publish(new AppChanged(app.Id));
    }

    private Container New(App app, Deployment deployment, Image image, string type, int index, string size, string command) => new()
    {
        Id = NewId.Container(),
        AppId = app.Id,
        DeploymentId = deployment.Id,
        ImageId = image.Id,
        Type = type,
        Index = index,
        Size = size,
        Command = command,
        CreatedAt = time.GetUtcNow(),
    };

    private async Task AddAsync(IReadOnlyList<Container> added, CancellationToken token)
    {
        await containers.AddAsync(added, token).ConfigureAwait(false);
        foreach (var container in added)
            bus.Publish(new ContainerChanged(container.Id));
    }
}
