using Gantry.Control.Collection;
using Gantry.Control.Containers;
using Gantry.Control.Deployments;
using Gantry.Control.Formation;
using Gantry.Control.Hosts;
using Gantry.Control.Leading;
using Gantry.Control.LogDrains;
using Gantry.Control.Metering;
using Gantry.Control.Routes;
using Gantry.Control.Work;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Control;

/// <summary>Registers the control loops.</summary>
public static class ControlServices
{
    public static IServiceCollection AddControl(this IServiceCollection services, Action<ControlOptions> configure)
    {
        services.AddOptions<ControlOptions>().Configure(configure).Validate(
            o => o.Sizes.Keys.All(name => ContainerSize.Find(name) is not null),
            $"A name in Gantry:Control:Sizes is none of a container size. There are: {string.Join(", ", ContainerSize.All.Select(s => s.Name))}.");
        services.AddSingleton<EventRecorder>();
        services.AddSingleton<RoutePublisher>().AddSingleton<RouteFollower>().AddSingleton<OtherRouters>();
        services.AddSingleton<ContainerNotes>().AddSingleton<LiveContainers>();
        services.Decorate<IContainerStore, NotedContainers>();
        services.AddSingleton<RuntimeObserver>();
        services.AddSingleton<ContainerSpecs>().AddSingleton<SourceFetcher>().AddSingleton<BuildSlots>();
        services.AddSingleton<Leadership>();
        services.AddHosts();
        services.AddMetering();
        services.AddHostedService(s => s.GetRequiredService<RuntimeObserver>());
        services.AddHostedService<RouteLoop>();
        services.AddTerm();
        return services;
    }

    /// <summary>Lets this process lead when it gets the lease. Needs <see cref="Coordination.ILeases"/>.</summary>
    public static IServiceCollection AddLeader(this IServiceCollection services) => services.AddHostedService<LeaderLoop>();

    /// <summary>What decides lives as long as a term; what only sees is everywhere, whoever leads.</summary>
    private static void AddTerm(this IServiceCollection services)
    {
        services.AddScoped<PlacementStep>().AddScoped<BootTurns>().AddScoped<ContainerStarter>().AddScoped<ContainerStopper>().AddScoped<BandwidthKeeper>();
        services.AddScoped<CrashHandler>().AddScoped<ContainerReconciler>();
        services.AddScoped<AppRemover>().AddScoped<AppReconciler>();
        services.AddScoped<BuildStep>().AddScoped<RolloutStep>().AddScoped<DeploymentRun>();
        services.AddScoped<RecordTrimmer>();
        services.AddTermLoop<ContainerLoop>().AddTermLoop<AppLoop>().AddTermLoop<HotspotLoop>().AddTermLoop<UsageLoop>();
        services.AddLogDrains();
        services.AddTermLoop<DeploymentLoop>().AddTermLoop<CollectorLoop>();
    }
}
