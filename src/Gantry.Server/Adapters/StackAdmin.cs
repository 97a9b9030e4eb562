using Gantry.Agent.Images;
using Gantry.Api;
using Gantry.Build.Stacks;
using Gantry.Contracts.Admin;
using Gantry.Domain;
using Gantry.Domain.Images;
using Gantry.Store.Records;

namespace Gantry.Server.Adapters;

/// <summary>Imports both roots of a stack, records it, and unpacks it, so that the first build does not wait for that.</summary>
internal sealed class StackAdmin(IStackImporter importer, IDeploymentStore deployments, ILayerCache layers, TimeProvider time) : IStackAdmin
{
    public Task<Outcome<Stack>> ImportAsync(AdminImportStackBody request, CancellationToken token) => ImportAsync(request, null, token);

    public async Task<Outcome<Stack>> ImportAsync(AdminImportStackBody request, IProgress<StackProgress>? progress, CancellationToken token)
    {
        if (string.IsNullOrWhiteSpace(request.Name))
            return Refusal.Invalid("name", "can't be blank");
        if (string.IsNullOrWhiteSpace(request.RunPath))
            return Refusal.Invalid("run_path", "can't be blank");
        var run = await importer.ImportAsync(request.RunPath, progress, token).ConfigureAwait(false);
        if (run.Refusal is { } runRefusal)
            return runRefusal;
        var build = request.BuildPath is null ? run : await importer.ImportAsync(request.BuildPath, progress, token).ConfigureAwait(false);
        if (build.Refusal is { } buildRefusal)
            return buildRefusal;
        progress?.Report(new StackProgress("unpacking", 0, null));
        await layers.PrepareRootAsync(run.Value.Digest, token).ConfigureAwait(false);
        await layers.PrepareRootAsync(build.Value.Digest, token).ConfigureAwait(false);
        return await RecordAsync(request, run.Value.Digest, build.Value.Digest, token).ConfigureAwait(false);
    }

    private async Task<Outcome<Stack>> RecordAsync(AdminImportStackBody request, Digest run, Digest build, CancellationToken token)
    {
        var known = await deployments.ListStacksAsync(token).ConfigureAwait(false);
        var old = known.FirstOrDefault(s => s.Name == request.Name);
        var stack = new Stack(
            old?.Id ?? new StackId($"st-{request.Name}"),
            request.Name!,
            request.Description ?? old?.Description ?? $"Stack {request.Name}",
            old?.BaseImage ?? request.Name!,
            request.Default ?? old?.IsDefault ?? !known.Any(s => s.IsDefault),
            run,
            build,
            old?.CreatedAt ?? time.GetUtcNow(),
            null);
        await deployments.PutStackAsync(stack, token).ConfigureAwait(false);
        return stack;
    }
}
