using System.Collections.Concurrent;
using Gantry.Agent.Logs;
using Gantry.Agent.Runtime;
using Gantry.Build.Archives;
using Gantry.Build.Buildpacks;
using Gantry.Build.Images;
using Gantry.Build.Sandbox;
using Gantry.Domain;
using Gantry.Domain.Images;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Build;

/// <summary>Checks the source, runs the buildpacks in a container, and packs what they made as one layer.</summary>
internal sealed partial class SandboxBuilder(
    IContainerRuntime runtime, IAppLog logs, LayerPacker packer, BuildCaches caches, IOptions<BuildOptions> options, TimeProvider time,
    ILogger<SandboxBuilder> logger) : IBuilder
{
    private const int DiskFull = 28; // ENOSPC

    private readonly BuildOptions _options = options.Value;

    // The next build of an app waits for what the last one still has: they share a cache.
    private readonly ConcurrentDictionary<AppId, Task> _cleanUps = [];

    public async Task<Outcome<BuildResult>> BuildAsync(BuildRequest request, IBuildOutput output, CancellationToken token)
    {
        try
        {
            return await BuildHereAsync(request, output, token);
        }
        catch (IOException e) when ((e.HResult & 0xFFFF) == DiskFull)
        {
            throw new BuildException("The disk of this host is full, so the build could not be finished. Nothing of it is kept. Make room on the host, and deploy again.", true, e);
        }
    }

    public async Task DeleteCacheAsync(AppId app, CancellationToken token)
    {
        await CleanedUpAsync(app, token);
        caches.Delete(app);
    }

    private async Task<Outcome<BuildResult>> BuildHereAsync(BuildRequest request, IBuildOutput output, CancellationToken token)
    {
        await CleanedUpAsync(request.AppId, token);
        await runtime.RemoveAsync(request.BuildId, token);
        using var workspace = new Workspace(_options.DataDirectory, request.BuildId);
        var source = await PrepareAsync(request, workspace, token);
        if (source.Refusal is { } refusal)
            return refusal;
        var image = caches.Open(request.AppId, request.Stack.Id);
        var succeeded = false;
        try
        {
            var spec = SandboxSpec.Create(request, _options, workspace, new BuildKit(_options), image, source.Value);
            var result = await RunAndPackAsync(spec, workspace, output, token);
            succeeded = result.IsSuccess;
            return result;
        }
        finally
        {
            var cleanUp = _cleanUps[request.AppId] = CleanUpAsync(request);
            // After a success the release starts meanwhile.
            if (!succeeded)
                await cleanUp;
        }
    }

    /// <summary>Leaves the source and the variables where the sandbox finds them.</summary>
    /// <returns>The project folder in the source, empty for its root.</returns>
    private async Task<Outcome<string>> PrepareAsync(BuildRequest request, Workspace workspace, CancellationToken token)
    {
        var project = ProjectDirectory.Parse(request.Variables.GetValueOrDefault("PROJECT_DIR"));
        if (project.Refusal is not null)
            return project;
        var archive = new SourceArchive(_options.MaxSourceBytes, _options.MaxSourceEntries);
        var source = await archive.SpoolAsync(request.Source, workspace.SourceTar, request.SingleRoot, project.Value, token);
        if (source.Refusal is { } refusal)
            return refusal;
        // A broken Procfile fails every deployment: better now than after the build.
        if (source.Value.Procfile is { } text && Procfile.Parse(text).Refusal is { } broken)
            return ProcessTypes.BrokenProcfile(broken);
        workspace.WriteVariables(request.Variables);
        return project.Value;
    }

    private async Task<Outcome<BuildResult>> RunAndPackAsync(ContainerSpec spec, Workspace workspace, IBuildOutput output, CancellationToken token)
    {
        var ended = await new SandboxRun(runtime, _options, time).RunAsync(spec, workspace, output, token);
        if (SandboxVerdict.Of(ended, _options) is { } failure)
        {
            if (ended.Report.Failure is null)
                await ShowStartAsync(spec, output, token);
            return failure;
        }

        var types = await ProcessTypes.DecideAsync(ended.Report, output, token);
        if (types.Refusal is { } refusal)
            return refusal;
        var ignore = SlugIgnore.Parse(ended.Report.SlugIgnore ?? "");
        foreach (var pattern in ignore.Broken)
            await output.WriteAsync($" !     .slugignore: '{pattern}' is not a valid pattern and is ignored.\n", token);
        await output.PackingAsync(token);
        await output.WriteAsync("-----> Packing the image\n", token);
        var layer = await packer.PackAsync(await runtime.HostPathAsync(spec.Id, "/tmp/build", token), ignore, _options.MaxLayerBytes, token);
        if (layer.Refusal is { } tooLarge)
            return tooLarge;
        var ignored = layer.Value.Ignored > 0 ? $", {layer.Value.Ignored} left out by .slugignore" : "";
        await output.WriteAsync($"       {layer.Value.Entries} files and folders{ignored}, {ByteText.Of(layer.Value.Bytes)} compressed\n", token);
        return new BuildResult(layer.Value.Digest, layer.Value.Bytes, types.Value.Types, types.Value.ConfigVars);
    }

    /// <summary>What a container says before the build has its pipe: why it did not get so far.</summary>
    private async Task ShowStartAsync(ContainerSpec spec, IBuildOutput output, CancellationToken token)
    {
        foreach (var line in await logs.TailAsync(spec.Log.AppId, LogFilter.All, 20, token))
            await output.WriteAsync(line.Text + "\n", token);
    }

    private Task CleanedUpAsync(AppId app, CancellationToken token) => _cleanUps.GetValueOrDefault(app, Task.CompletedTask).WaitAsync(token);

    /// <summary>Runs to its end even when the build was cancelled: nothing may be left.</summary>
    private async Task CleanUpAsync(BuildRequest request)
    {
        try
        {
            await runtime.RemoveAsync(request.BuildId, CancellationToken.None);
            await logs.RemoveAsync(SandboxSpec.LogOf(request.BuildId), CancellationToken.None);
        }
        catch (Exception e)
        {
            Log.NotRemoved(logger, request.BuildId.Value, e);
        }

        caches.Close(request.AppId);
        try
        {
            await caches.CollectAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BuildException)
        {
            Log.CachesNotCollected(logger, e); // The next build tries again.
        }

        _cleanUps.TryRemove(request.AppId, out _);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The build caches could not be collected")]
        public static partial void CachesNotCollected(ILogger logger, Exception exception);

        [LoggerMessage(LogLevel.Error, "What build {Id} left could not be removed; the next start of the platform removes it")]
        public static partial void NotRemoved(ILogger logger, string id, Exception exception);
    }
}
