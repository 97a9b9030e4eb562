using Gantry.Control.Collection;
using Gantry.Control.Containers;
using Gantry.Control.Deployments;
using Gantry.Control.Formation;
using Gantry.Control.Hosts;
using Gantry.Control.LogDrains;
using Gantry.Control.Metering;
using Gantry.Control.Routes;
using Gantry.Domain.Containers;
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
        services.AddSingleton<RoutePublisher>();
        services.AddSingleton<RuntimeObserver>();
        services.AddSingleton<ContainerSpecs>().AddSingleton<PlacementStep>().AddSingleton<ContainerStarter>().AddSingleton<ContainerStopper>().AddSingleton<BandwidthKeeper>();
        services.AddSingleton<CrashHandler>().AddSingleton<ContainerReconciler>();
        services.AddSingleton<AppRemover>().AddSingleton<AppReconciler>();
        services.AddSingleton<SourceFetcher>().AddSingleton<BuildSlots>().AddSingleton<BuildStep>();
        services.AddSingleton<RolloutStep>().AddSingleton<DeploymentRun>();
        services.AddSingleton<RecordTrimmer>();
        services.AddHosts();
        services.AddMetering();
        services.AddHostedService(s => s.GetRequiredService<RuntimeObserver>());
        services.AddHostedService<ContainerLoop>().AddHostedService<AppLoop>().AddHostedService<RouteLoop>();
        services.AddLogDrains();
        services.AddHostedService<DeploymentLoop>().AddHostedService<CollectorLoop>();
        return services;
    }
}
