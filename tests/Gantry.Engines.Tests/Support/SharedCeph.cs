using Gantry.Engines.Tests.Support;

[assembly: AssemblyFixture(typeof(SharedCeph))]

namespace Gantry.Engines.Tests.Support;

/// <summary>One S3 for all tests that do it no harm; each has a bucket of its own in it. Started when the first test asks.</summary>
public sealed class SharedCeph : IAsyncDisposable
{
    private readonly Lazy<Task<CephServer>> _server = new(StartAsync);

    internal Task<CephServer> ServerAsync() => _server.Value;

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
            await (await _server.Value).DisposeAsync();
    }

    private static async Task<CephServer> StartAsync()
    {
        var server = new CephServer();
        await server.StartAsync();
        return server;
    }
}
