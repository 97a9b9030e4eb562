using Gantry.Agent.Logs;
using Gantry.Agent.Runtime;
using Gantry.Domain;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Build.Sandbox;

/// <summary>Before the first build, removes what builds left when the process before this one was killed.</summary>
internal sealed partial class BuildSweeper(
    IContainerRuntime runtime, IAppLog logs, IOptions<BuildOptions> options, ILogger<BuildSweeper> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var id in Workspace.List(options.Value.DataDirectory))
        {
            try
            {
                await runtime.RemoveAsync(id, cancellationToken);
                await logs.RemoveAsync(SandboxSpec.LogOf(id), cancellationToken);
                new Workspace(options.Value.DataDirectory, id).Dispose();
                Log.Swept(logger, id);
            }
            catch (Exception e) when (e is RuntimeException or IOException)
            {
                Log.NotSwept(logger, e, id); // The next start tries again; no build depends on it.
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Removed what the interrupted build {Build} had left")]
        public static partial void Swept(ILogger logger, ContainerId build);

        [LoggerMessage(LogLevel.Warning, "What the interrupted build {Build} left could not be removed")]
        public static partial void NotSwept(ILogger logger, Exception exception, ContainerId build);
    }
}
