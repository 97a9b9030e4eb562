using Gantry.Store.Postgres;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Bench.Cluster;

/// <summary>The records of the measured platform.</summary>
internal static class ClusterStore
{
    public static ServiceProvider Open(string connection, string keyPath) => new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System)
        .AddPostgresStore(o => (o.ConnectionString, o.KeyPath) = (connection, keyPath)).BuildServiceProvider();
}
