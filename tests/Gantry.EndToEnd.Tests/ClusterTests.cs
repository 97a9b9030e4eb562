using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

/// <summary>Hosts of the native runtime.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ClusterTests(Cluster cluster) : ClusterSuite(cluster)
{
    protected override Task<string> GroupAsync(int host, string container) => Task.FromResult($"{Groups}/{Cluster.IdOf(host)}/{container}");
}
