using Gantry.Cli.CommandLine;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Http;

/// <summary>The calls that this platform adds to the v1 API.</summary>
internal static class AdminApi
{
    public const string Prefix = "/admin";

    /// <summary>Starts a deployment with the image of an earlier one. The app's owner may do it, too.</summary>
    public static async Task<DeploymentResource> RollbackAsync(Invocation invocation, string deployment, CancellationToken token) =>
        (await invocation.Api.PostEmptyAsync($"{invocation.AppPath}/deployments/{Uri.EscapeDataString(deployment)}/rollback",
            V1Json.Default.DeploymentReply, token)).Deployment;
}
