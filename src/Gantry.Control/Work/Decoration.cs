using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Control.Work;

/// <summary>Puts a service of Control's in front of one that another room registered.</summary>
internal static class Decoration
{
    /// <summary>Whoever asks for the service gets the decorator, whose constructor gets what was registered before.</summary>
    /// <exception cref="InvalidOperationException">Nothing was registered before.</exception>
    public static void Decorate<TService, TDecorator>(this IServiceCollection services)
        where TService : class
        where TDecorator : class, TService
    {
        var inner = services.LastOrDefault(s => s.ServiceType == typeof(TService) && !s.IsKeyedService)
            ?? throw new InvalidOperationException($"{typeof(TDecorator).Name} stands in front of {typeof(TService).Name}: register that before AddControl.");
        services.Remove(inner);
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<TDecorator>(s, Make(s, inner)));
        services.AddSingleton<TService>(s => s.GetRequiredService<TDecorator>());
    }

    private static object Make(IServiceProvider services, ServiceDescriptor descriptor) =>
        descriptor.ImplementationInstance ?? descriptor.ImplementationFactory?.Invoke(services)
        ?? ActivatorUtilities.CreateInstance(services, descriptor.ImplementationType!);
}
