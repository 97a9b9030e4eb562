using System.Globalization;
using Gantry.Api;
using Gantry.Api.Git;
using Gantry.Build;
using Gantry.Control;
using Gantry.Control.Hosts;
using Gantry.Control.Hosts.Joining;
using Gantry.Control.Hosts.Remote;
using Gantry.Control.LogDrains;
using Gantry.Router;
using Gantry.Server.Adapters;
using Gantry.Server.Configuration;
using Gantry.Server.Doctor;

namespace Gantry.Server;

/// <summary>
/// Puts the rooms together. Each gets its options from the short settings of <see cref="GantryOptions"/>, and then from
/// a section of its own name, where every single option can be set.
/// </summary>
internal static class Composition
{
    public static IServiceCollection AddGantry(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(GantrySection.Name);
        var gantry = GantrySection.Read(configuration);
        Role.Check(gantry);
        services.Configure<GantryOptions>(section);
        services.AddSingleton(TimeProvider.System);
        services.AddStorage(gantry, section);
        services.AddHost(gantry, section);
        services.AddEdge(gantry, section);
        services.AddControlPlane(gantry, section);
        return services;
    }

    private static void AddStorage(this IServiceCollection services, GantryOptions gantry, IConfigurationSection section)
    {
        services.AddRecords(gantry, section).AddBus(gantry, section).AddLeases(gantry, section).AddBlobs(gantry, section);
    }

    private static void AddHost(this IServiceCollection services, GantryOptions gantry, IConfigurationSection section)
    {
        services.AddAgentRole(gantry, section, null).AddMetricsLoop();
        services.AddBuilder(o =>
        {
            o.DataDirectory = gantry.DataDirectory;
            o.BuildpacksDirectory = Path.Combine(gantry.ProgramDirectory, "buildpacks");
            o.CaBundlePath = gantry.Build.CaBundle;
            o.NpmConfigPath = gantry.Build.NpmConfig;
            o.PipConfigPath = gantry.Build.PipConfig;
            o.NuGetConfigPath = gantry.Build.NuGetConfig;
            section.GetSection("Builder").Bind(o);
        });
    }

    private static void AddEdge(this IServiceCollection services, GantryOptions gantry, IConfigurationSection section)
    {
        services.AddEdgeRouter(o =>
        {
            o.Listen = gantry.Has(Role.Router) ? gantry.Edge.Listen : "";
            o.HttpsPort = gantry.Edge.PublicTls ? gantry.Edge.PublicPort : null;
            section.GetSection("Router").Bind(o);
        });
        services.AddSingleton<IRequestLog, RequestLog>().AddSingleton<IRequestMeter, RequestMeter>();
    }

    private static void AddControlPlane(this IServiceCollection services, GantryOptions gantry, IConfigurationSection section)
    {
        var ssh = gantry.Ssh.PublicHost ?? gantry.Ssh.Listen;
        services.AddControl(o =>
        {
            o.RegionName = gantry.RegionName;
            o.HostFormat = "{0}." + gantry.Edge.Domain;
            o.UrlFormat = gantry.AppUrlFormat("{0}");
            o.SeveralRouters = gantry.Bus.Engine == "nats";
            section.GetSection("Control").Bind(o);
        });
        services.Configure<SchedulingOptions>(o =>
        {
            o.HostIdPath = Path.Combine(gantry.DataDirectory, "host-id");
            o.TakesContainers = gantry.Has(Role.Agent);
            section.GetSection("Scheduling").Bind(o);
        });
        if (gantry.Has(Role.Control))
            services.AddLeader();
        services.Configure<RemoteHostOptions>(section.GetSection("Hosts"));
        services.Configure<JoiningOptions>(o =>
        {
            section.GetSection("Hosts").Bind(o);
            o.Listen = gantry.Has(Role.Control) ? gantry.Hosts.Listen : "";
        });
        services.Configure<LogDrainOptions>(section.GetSection("LogDrains"));
        services.AddApi(o =>
        {
            o.PublicUrl = new Uri(gantry.Api.PublicUrl);
            o.RegionName = gantry.RegionName;
            o.SshEndpoint = ssh;
            o.AppUrlFormat = gantry.AppUrlFormat("{name}");
            o.GitUrlFormat = string.Create(CultureInfo.InvariantCulture, $"ssh://{section["Git:UserName"] ?? new GitOptions().UserName}@{ssh}/{{name}}.git");
            o.DataFolder = Path.Combine(gantry.DataDirectory, "api");
            section.GetSection("Api").Bind(o);
        });
        if (gantry.Has(Role.Api))
            services.AddGit(o =>
            {
                o.DataDirectory = gantry.DataDirectory;
                o.RunDirectory = gantry.RunDirectory;
                o.Listen = gantry.Ssh.Listen;
                o.AppUrlFormat = gantry.AppUrlFormat("{name}");
                section.GetSection("Git").Bind(o);
            });
        services.AddSingleton<IDeploymentCache, DeploymentCache>();
        services.AddSingleton<StackAdmin>().AddSingleton<IStackAdmin>(s => s.GetRequiredService<StackAdmin>());
        services.AddSingleton<IDoctor, HostDoctor>();
    }
}
