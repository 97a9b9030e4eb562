using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Gantry.Bus.Nats;

/// <summary>Registration of the bus on NATS JetStream.</summary>
public static class NatsBusServices
{
    /// <summary>Notifications between all processes that use the same NATS.</summary>
    public static IServiceCollection AddNatsBus(this IServiceCollection services, Action<NatsBusOptions> configure)
    {
        services.AddOptions<NatsBusOptions>().Configure(configure)
            .Validate(o => o.Url.Length > 0 && o.Url.Split(',').All(IsAddress), "Bus:Url must be the address of NATS, such as nats://10.0.0.1:4222; several with commas.")
            .Validate(o => o.Stream.Length > 0 && o.Stream.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'), "Bus:Stream may have letters, digits, _ and - only.")
            .Validate(o => o.Replicas is 1 or 3 or 5, "Bus:Replicas must be 1, 3 or 5.")
            .Validate(o => o.Capacity > 0 && o.OutboxCapacity > 0, "Bus:Capacity and Bus:OutboxCapacity must be at least 1.");
        services.AddLogging();
        services.AddSingleton(s => s.GetRequiredService<IOptions<NatsBusOptions>>().Value);
        services.AddSingleton<NatsStream>();
        services.AddSingleton<NatsBus>();
        services.AddHostedService<NatsStart>();
        return services.AddSingleton<IBus>(s => s.GetRequiredService<NatsBus>());
    }

    private static bool IsAddress(string text) => Uri.TryCreate(text.Trim(), UriKind.Absolute, out var uri) && uri.Scheme is "nats" or "tls" or "ws" or "wss";
}
