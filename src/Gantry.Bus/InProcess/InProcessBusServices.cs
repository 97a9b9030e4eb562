using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Gantry.Bus.InProcess;

/// <summary>Registration of the bus inside one process.</summary>
public static class InProcessBusServices
{
    /// <summary>Notifications between the rooms of one process.</summary>
    public static IServiceCollection AddInProcessBus(this IServiceCollection services, Action<InProcessBusOptions>? configure = null)
    {
        services.AddOptions<InProcessBusOptions>().Configure(o => configure?.Invoke(o))
            .Validate(o => o.Capacity > 0, "The capacity of the bus must be at least 1.");
        return services.AddSingleton<IBus>(s => new InProcessBus(s.GetRequiredService<IOptions<InProcessBusOptions>>().Value));
    }
}
