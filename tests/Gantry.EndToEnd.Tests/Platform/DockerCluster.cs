using Xunit;

namespace Gantry.EndToEnd.Tests.Platform;

/// <summary>A cluster whose hosts have a Docker Engine of their own each.</summary>
public sealed class DockerCluster() : Cluster(null, "", "docker")
{
    public const string Collection = "docker cluster";

    /// <summary>What the client says to the engine of a host.</summary>
    public static async Task<string> DockerAsync(int host, params IEnumerable<string> words) =>
        (await Shell.RunAsync("docker", ["--host", $"unix:///run/{Name}/{host}/engine/docker.sock", .. words])).ExpectSuccess().Output.Trim();
}

[CollectionDefinition(DockerCluster.Collection, DisableParallelization = true)]
public sealed class DockerClusterCollection : ICollectionFixture<DockerCluster>;
