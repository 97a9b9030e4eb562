using Gantry.Agent.Runtime;

namespace Gantry.Build.Sandbox;

/// <summary>Runs the build container to its end, with its output passed on while it comes.</summary>
internal sealed class SandboxRun(IContainerRuntime runtime, BuildOptions options, TimeProvider time)
{
    public async Task<SandboxEnd> RunAsync(ContainerSpec spec, Workspace workspace, IBuildOutput output, CancellationToken token)
    {
        await using var outputPipe = new HostPipe(Path.Combine(workspace.Kit, "output"));
        await using var resultPipe = new HostPipe(Path.Combine(workspace.Kit, "result"));
        workspace.GiveToApp();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        var copying = new BoundedOutput(output, options.MaxOutputBytes).CopyFromAsync(outputPipe.Reader, stop.Token);
        var reporting = BuildReport.ReadAsync(resultPipe.Reader, stop.Token);
        try
        {
            var status = await WaitAsync(spec, copying, stop.Token);
            outputPipe.CloseWritingEnd();
            resultPipe.CloseWritingEnd();
            await copying;
            return new SandboxEnd(status, await reporting);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(copying, reporting).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <returns>Null when the time was up; the container is gone then.</returns>
    private async Task<ContainerStatus?> WaitAsync(ContainerSpec spec, Task copying, CancellationToken token)
    {
        using var limit = new CancellationTokenSource(options.TimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(token, limit.Token);
        try
        {
            await runtime.StartAsync(spec, either.Token);
            var exited = runtime.WaitAsync(spec.Id, either.Token);
            // Without a reader the build would hang on a full pipe.
            if (await Task.WhenAny(exited, copying) == copying)
                await copying;
            return await exited;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !token.IsCancellationRequested)
        {
            await runtime.RemoveAsync(spec.Id, CancellationToken.None);
            return null;
        }
    }
}

/// <summary>How a build ended. <paramref name="Status"/> is null when its time was up.</summary>
internal sealed record SandboxEnd(ContainerStatus? Status, BuildReport Report);
