using Gantry.Agent.Images;
using Gantry.Build;
using Gantry.Control.Hosts;
using Gantry.Control.Metering;
using Gantry.Control.Work;
using Gantry.Domain.Apps;
using Gantry.Domain.Deployments;
using Gantry.Domain.Images;
using Gantry.Store.Records;

namespace Gantry.Control.Deployments;

/// <summary>From the source of a deployment to a stored image.</summary>
internal sealed class BuildStep(
    IAppStore apps, IDeploymentStore deployments, IBuilder builder, SourceFetcher sources, ILayerCache layers, UsageMeter meter,
    ContainerPlacer placer, TimeProvider time)
{
    public async Task<Image> RunAsync(App app, Deployment deployment, DeploymentLog log, Func<Task> pushing, CancellationToken token)
    {
        var stack = await StackAsync(app, token).ConfigureAwait(false);
        var variables = await apps.GetVariablesAsync(app.Id, token).ConfigureAwait(false);
        BuildResult result;
        var source = await sources.OpenAsync(deployment.Source, token).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            var request = new BuildRequest(
                NewId.Container(), app.Id, app.Name.Value, stack, source, deployment.Source.Kind != SourceKind.Git,
                VariableRules.Resolve(variables), deployment.GitRef);
            await meter.AnnounceBuildAsync(request.BuildId, app, token).ConfigureAwait(false);
            using var place = await placer.HoldBuildAsync(request.BuildId, app, token).ConfigureAwait(false);
            var outcome = await builder.BuildAsync(request, new Progress(log, pushing), token).ConfigureAwait(false);
            result = outcome.IsSuccess ? outcome.Value : throw new DeploymentFailure(DeploymentStatus.BuildError, outcome.Refusal!.Message);
        }

        return await StoreAsync(app, deployment, stack, result, log, token).ConfigureAwait(false);
    }

    private async Task<Image> StoreAsync(
        App app, Deployment deployment, Stack stack, BuildResult result, DeploymentLog log, CancellationToken token)
    {
        var image = new Image(
            NewId.Image(), app.Id, stack.RunDigest, result.LayerDigest, result.LayerBytes, result.ProcessTypes, result.ConfigVars,
            deployment.GitRef, time.GetUtcNow());
        await layers.PrepareRootAsync(stack.RunDigest, token).ConfigureAwait(false);
        await layers.EnsureAsync(result.LayerDigest, token).ConfigureAwait(false);
        await deployments.AddImageAsync(image, token).ConfigureAwait(false);
        await deployments.UpdateAsync(
            deployment.Id, d => d with { ImageId = image.Id, ImageSize = image.LayerBytes, StackName = stack.Name }, token).ConfigureAwait(false);
        await log.StepAsync($"Image ready: {image.LayerBytes / 1048576.0:0.0} MB on stack {stack.Name}", token).ConfigureAwait(false);
        return image;
    }

    private sealed class Progress(DeploymentLog log, Func<Task> pushing) : IBuildOutput
    {
        public ValueTask WriteAsync(string text, CancellationToken token) => log.WriteAsync(text, token);

        public ValueTask PackingAsync(CancellationToken token) => new(pushing());
    }

    private async Task<Stack> StackAsync(App app, CancellationToken token)
    {
        var stacks = await deployments.ListStacksAsync(token).ConfigureAwait(false);
        return stacks.FirstOrDefault(s => s.Id == app.StackId) ?? stacks.FirstOrDefault(s => s.IsDefault)
            ?? throw new DeploymentFailure(DeploymentStatus.BuildError, "No stack is installed yet. An operator imports one with 'gantry admin stacks import'.");
    }
}
