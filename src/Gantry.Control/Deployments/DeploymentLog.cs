using Gantry.Build;
using Gantry.Bus;
using Gantry.Domain.Deployments;
using Gantry.Store.Records;

namespace Gantry.Control.Deployments;

/// <summary>Output of one deployment, kept and announced as it comes.</summary>
internal sealed class DeploymentLog(Deployment deployment, IDeploymentStore deployments, IBus bus) : IBuildOutput
{
    public async ValueTask WriteAsync(string text, CancellationToken token)
    {
        await deployments.AppendOutputAsync(deployment.Id, text, token).ConfigureAwait(false);
        bus.Publish(new DeploymentOutput(deployment.AppId, deployment.Id));
    }

    public ValueTask LineAsync(string line, CancellationToken token) => WriteAsync(line + "\n", token);

    /// <summary>A step of the platform, in the buildpacks' own style.</summary>
    public ValueTask StepAsync(string step, CancellationToken token) => LineAsync("-----> " + step, token);
}
