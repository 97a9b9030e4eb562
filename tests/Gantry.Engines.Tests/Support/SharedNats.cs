using Gantry.Engines.Tests.Support;

[assembly: AssemblyFixture(typeof(SharedNats))]

namespace Gantry.Engines.Tests.Support;

/// <summary>One server for all tests that do it no harm; each has a stream of its own in it.</summary>
public sealed class SharedNats : IAsyncLifetime
{
    internal NatsServer Server { get; } = new();

    public async ValueTask InitializeAsync() => await Server.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
