using System.CommandLine;
using Gantry.Agent;
using Gantry.Agent.Remote;
using Gantry.Server.Configuration;

namespace Gantry.Server.Commands;

/// <summary>Stops what outlives the daemon: containers, supervisor, networks, mounts. The data stays.</summary>
internal static class StopHostCommand
{
    public static Command Create(Option<FileInfo?> config)
    {
        var command = new Command("stop-host", "Stops all containers and gives back networks, mounts and firewall rules; data stays");
        command.SetAction((parse, token) => OfflineHost.RunAsync(
            parse.GetValue(config), Compose, services => StopAsync(services, token), token));
        return command;
    }

    /// <summary>A host that joined has its containers in the subnet that it was given, and no records.</summary>
    private static void Compose(IServiceCollection services, IConfiguration configuration)
    {
        if (AgentComposition.Membership(GantrySection.Read(configuration)).Find() is { } identity)
            services.AddJoinedHost(configuration, identity);
        else
            services.AddGantry(configuration);
    }

    private static async Task<int> StopAsync(IServiceProvider services, CancellationToken token)
    {
        await services.GetRequiredService<IHostNeighbours>().MeetAsync([], [], null, token).ConfigureAwait(false);
        await services.GetRequiredService<IHostCleanup>().PurgeAsync(token).ConfigureAwait(false);
        return 0;
    }
}
