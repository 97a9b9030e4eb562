using Gantry.Engines.Tests.Support;

[assembly: AssemblyFixture(typeof(SharedPostgres))]

namespace Gantry.Engines.Tests.Support;

/// <summary>One server for all tests that do it no harm; each has a schema of its own in it.</summary>
public sealed class SharedPostgres : IAsyncLifetime
{
    internal PostgresServer Server { get; } = new();

    public async ValueTask InitializeAsync() => await Server.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
