using Gantry.Agent.Joining;
using Gantry.Agent.Logs;
using Gantry.Bus.InProcess;
using Gantry.Server.Configuration;

namespace Gantry.Server;

/// <summary>The rooms of a host: as a part of the whole platform, and alone on a machine that joined a cluster.</summary>
internal static class AgentComposition
{
    /// <summary>What runs on a machine that joined: no records, no API, no edge.</summary>
    public static IServiceCollection AddJoinedHost(this IServiceCollection services, IConfiguration configuration, HostIdentity identity)
    {
        var (gantry, section) = (GantrySection.Read(configuration), configuration.GetSection(GantrySection.Name));
        services.AddSingleton(TimeProvider.System);
        services.AddInProcessBus(section.GetSection("Bus").Bind);
        services.AddBlobs(gantry, section).AddAgentRole(gantry, section, identity).AddHostAgent(o => o.TermPath = Path.Combine(gantry.DataDirectory, "host", "term"));
        return services.AddHostMembership(identity, gantry.DataDirectory);
    }

    /// <param name="joined">What the cluster assigned; null on Control's own machine.</param>
    public static IServiceCollection AddAgentRole(this IServiceCollection services, GantryOptions gantry, IConfigurationSection section, HostIdentity? joined)
    {
        services.AddAgent(o =>
        {
            o.DataDirectory = gantry.DataDirectory;
            o.RunDirectory = gantry.RunDirectory;
            o.InstanceName = gantry.InstanceName;
            o.SupervisorPath = Path.Combine(gantry.ProgramDirectory, "supervisor", "Gantry.Supervisor");
            section.GetSection("Agent").Bind(o);
            o.Subnet = joined?.Subnet ?? o.Subnet;
            // Also before this host was told of the others.
            if (joined is not null)
                o.BlockedRanges.Add(joined.ContainerNetwork);
        });
        return services.Configure<AppLogOptions>(section.GetSection("Logs"));
    }

    /// <param name="name">What is given on the command line goes before the configuration, as does the address.</param>
    public static HostMembership Membership(GantryOptions gantry, string? name = null, string? address = null)
    {
        var options = new MembershipOptions
        {
            DataDirectory = gantry.DataDirectory, Address = address ?? gantry.Hosts.Address, Class = gantry.Hosts.Class, Zone = gantry.Hosts.Zone,
        };
        options.Name = name ?? (gantry.Hosts.Name.Length > 0 ? gantry.Hosts.Name : options.Name);
        return new HostMembership(options, TimeProvider.System);
    }
}
