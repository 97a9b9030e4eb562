using Gantry.Bus;
using Gantry.Control.Containers;
using Gantry.Control.Work;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Deployments;
using Gantry.Domain.Images;
using Gantry.Store.Records;

namespace Gantry.Control.Deployments;

/// <summary>Brings up the containers of a new release beside the old ones, runs its hook, and switches.</summary>
internal sealed class RolloutStep(
    IAppStore apps, IContainerStore containers, Routes.OtherRouters routers, IBus bus, TimeProvider time)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    public async Task RunAsync(App app, Deployment deployment, Image image, DeploymentLog log, CancellationToken token)
    {
        var formation = Formation(await apps.GetFormationAsync(app.Id, token).ConfigureAwait(false), image);
        IReadOnlyList<Container> wanted;
        do
        {
            wanted = await StartAsync(app, deployment, image, formation, token).ConfigureAwait(false);
            if (wanted.Count > 0)
                await log.StepAsync($"Starting {wanted.Count} container{(wanted.Count == 1 ? "" : "s")}", token).ConfigureAwait(false);
        }
        while (!await AreReadyAsync(wanted, log, token).ConfigureAwait(false));
        await RunHookAsync(app, deployment, image, log, token).ConfigureAwait(false);
        await SwitchAsync(app, deployment, image, token).ConfigureAwait(false);
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

    /// <returns>False when a host took one of them along: that is no fault of the release, and another one takes its slot.</returns>
    private async Task<bool> AreReadyAsync(IReadOnlyList<Container> wanted, DeploymentLog log, CancellationToken token)
    {
        var told = new HashSet<string>();
        var wakeup = new Wakeup(bus, n => n is ContainerChanged, time, token);
        await using var _ = wakeup.ConfigureAwait(false);
        while (true)
        {
            var ready = 0;
            foreach (var container in wanted)
            {
                var now = await containers.FindAsync(container.Id, token).ConfigureAwait(false);
                if (now is { State: ContainerState.Stopped } && CrashHandler.IsHosts(now.ExitReason))
                {
                    await log.StepAsync($"The host of {now.Label} was lost", token).ConfigureAwait(false);
                    return false;
                }

                if (now is null or { State: ContainerState.Stopped })
                    throw Failure(container, now);
                if (now.WaitsForRoom && told.Add(now.Placement!))
                    await log.StepAsync($"{now.Label} waits for room: {now.Placement}", token).ConfigureAwait(false);
                ready += now.State == ContainerState.Running ? 1 : 0;
            }

            if (ready == wanted.Count)
                return true;
            await wakeup.WaitAsync(Poll).ConfigureAwait(false);
        }
    }

    private static DeploymentFailure Failure(Container container, Container? now)
    {
        var status = now is { BootFailed: true, StartedAt: not null } or { WaitsForRoom: true } ? DeploymentStatus.TimeoutError : DeploymentStatus.CrashedError;
        var detail = now?.ExitReason ?? $"It exited with code {now?.ExitCode?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "unknown"} while it started.";
        return new DeploymentFailure(status, $"{container.Label} did not start: {detail} See 'gantry logs'. The previous release keeps serving.");
    }

    /// <summary>Runs the hook once: one that was started before a restart of the daemon is waited for, unless its host was lost with it.</summary>
    private async Task RunHookAsync(App app, Deployment deployment, Image image, DeploymentLog log, CancellationToken token)
    {
        if (!image.ProcessTypes.TryGetValue(ProcessTypes.Postdeploy, out var command))
            return;
        Container ended;
        do
        {
            var hook = await FindHookAsync(app, deployment, token).ConfigureAwait(false);
            await log.StepAsync(hook is null ? $"Running the postdeploy hook: {command}" : "The postdeploy hook was started already and is not run again", token).ConfigureAwait(false);
            hook ??= await AddHookAsync(app, deployment, image, command, token).ConfigureAwait(false);
            ended = await HookEndAsync(hook, token).ConfigureAwait(false);
        }
        while (CrashHandler.IsHosts(ended.ExitReason));
        if (ended.ExitCode != 0)
            throw HookFailure(ended);
    }

    private async Task<Container?> FindHookAsync(App app, Deployment deployment, CancellationToken token) =>
        (await containers.ListByDeploymentAsync(app.Id, deployment.Id, token).ConfigureAwait(false))
            .LastOrDefault(c => c.Type == ProcessTypes.Postdeploy && !CrashHandler.IsHosts(c.ExitReason));

    private async Task<Container> AddHookAsync(App app, Deployment deployment, Image image, string command, CancellationToken token)
    {
        var index = await containers.NextOneOffIndexAsync(app.Id, token).ConfigureAwait(false);
        var hook = New(app, deployment, image, ProcessTypes.Postdeploy, index, ContainerSize.Default.Name, command);
        await AddAsync([hook], token).ConfigureAwait(false);
        return hook;
    }

    private async Task<Container> HookEndAsync(Container hook, CancellationToken token)
    {
        var wakeup = new Wakeup(bus, n => n is ContainerChanged, time, token);
        await using var _ = wakeup.ConfigureAwait(false);
        while (true)
        {
            if (await containers.FindAsync(hook.Id, token).ConfigureAwait(false) is { State: ContainerState.Stopped } ended)
                return ended;
            await wakeup.WaitAsync(Poll).ConfigureAwait(false);
        }
    }

    private static DeploymentFailure HookFailure(Container ended)
    {
        var how = ended.ExitCode is { } code ? $"failed with exit code {code}" : "did not run";
        var why = ended.ExitReason is null ? "" : ": " + ended.ExitReason;
        return new DeploymentFailure(
            DeploymentStatus.HookError, $"The postdeploy hook {how}{why}. See 'gantry logs --filter {ended.Label}'. The previous release keeps serving.");
    }

    /// <summary>One write makes the release the current one; everything else follows from it and can be done again.</summary>
    /// <remarks>Of the formation as it is now: who scaled during the rollout was told that it counts. What is missing by it is started next.</remarks>
    private async Task SwitchAsync(App app, Deployment deployment, Image image, CancellationToken token)
    {
        var now = time.GetUtcNow();
        var formation = await apps.ChangeFormationAsync(app.Id, old => Formation(old, image), token).ConfigureAwait(false);
        await apps.UpdateAsync(app.Id, a => a with
        {
            CurrentDeploymentId = deployment.Id,
            CurrentImageId = image.Id,
            LastDeployedAt = now,
            LastDeployedBy = deployment.PusherName,
            Status = formation.Any(f => f.Amount > 0) ? AppStatus.Running : AppStatus.Stopped,
        }, token).ConfigureAwait(false);
        await routers.SettleAsync(app.Id, token).ConfigureAwait(false);
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
