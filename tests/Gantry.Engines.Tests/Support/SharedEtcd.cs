using Gantry.Engines.Tests.Support;

[assembly: AssemblyFixture(typeof(SharedEtcd))]

namespace Gantry.Engines.Tests.Support;

/// <summary>One server for all tests that do it no harm; each has a prefix of its own in it.</summary>
public sealed class SharedEtcd : IAsyncLifetime
{
    internal EtcdServer Server { get; } = new();

    public async ValueTask InitializeAsync() => await Server.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
