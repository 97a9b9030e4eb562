using System.Net.Sockets;
using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

/// <summary>Hosts with a Docker Engine each, which sets its own packet filter too.</summary>
[Collection(DockerCluster.Collection)]
public sealed class DockerClusterTests(DockerCluster cluster) : ClusterSuite(cluster)
{
    [Fact]
    public async Task Host_ThatWasSentAStack_HasItAsAnImageOfItsEngine_AndKeepsNoBlob()
    {
        var app = await DeployAsync("stacked");
        var host = (await cluster.PlaceAsync(app, "web-1"))!.Value;

        var images = await DockerCluster.DockerAsync(host, "images", "--no-trunc", "--format", "{{.Repository}}");
        var container = await DockerCluster.DockerAsync(host, "ps", "--filter", $"label=gantry.instance={Cluster.IdOf(host)}", "--format", "{{.Image}}");
        Assert.Equal($"gantry-{Cluster.IdOf(host)}/stack", images);
        Assert.StartsWith(images, container, StringComparison.Ordinal);
        var data = Path.Combine(Platform.Root, "hosts", $"{host}", "data");
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(data, "blobs"), "*", SearchOption.AllDirectories));
        Assert.Single(Directory.EnumerateDirectories(Path.Combine(data, "layers")), d => Path.GetFileName(d).Length == 64);
        await Platform.DestroyAsync(app);
    }

    [Fact]
    public async Task Image_ThatSomebodyRemovedFromTheEngine_IsSentAgain()
    {
        var app = await DeployAsync("removed");
        var host = (await cluster.PlaceAsync(app, "web-1"))!.Value;
        (await Platform.CliAsync("scale", "--app", app, "web:0")).ExpectSuccess();
        await Wait.ForAsync<object>(async () => (await DockerCluster.DockerAsync(host, "ps", "--all", "--quiet")).Length == 0 ? app : null, "no container");
        await DockerCluster.DockerAsync(host, "rmi", "--force", await DockerCluster.DockerAsync(host, "images", "--quiet"));

        (await Platform.CliAsync("scale", "--app", app, "web:3")).ExpectSuccess();

        await Wait.ForAsync<object>(
            async () => (await DockerCluster.DockerAsync(host, "ps", "--quiet")).Length > 0 && (await Platform.ContainersAsync(app)).Count(c => (string?)c["state"] == "running") == 3 ? app : null,
            "three containers, one of them there");
        await Platform.DestroyAsync(app);
    }

    [Fact]
    public async Task PacketFilter_OfTheEngine_LetsRoutersPass_AlsoAfterSomebodyEmptiedIt()
    {
        var app = await DeployAsync("passed");
        var host = (await cluster.PlaceAsync(app, "web-1"))!.Value;
        (await Platform.CliAsync("scale", "--app", app, "web:1")).ExpectSuccess();
        await Wait.ForAsync<object>(async () => (await Platform.ContainersAsync(app)).Count == 1 ? app : null, "web-1 alone");
        var address = (await Platform.GetAsync(app, "/address")).Body.Trim();
        Assert.True(await IsReachedAsync(address));

        // Who puts the rule back does not while this looks.
        (await cluster.RunAsync("signal", $"{host}", "agent", "STOP")).ExpectSuccess();
        try
        {
            (await Shell.RunAsync("nsenter", [$"--net=/run/netns/{Cluster.IdOf(host)}", "iptables", "--flush", "DOCKER-USER"])).ExpectSuccess();
            Assert.False(await IsReachedAsync(address), "The engine's own rules let everybody pass: nothing is shown here.");
        }
        finally
        {
            (await cluster.RunAsync("signal", $"{host}", "agent", "CONT")).ExpectSuccess();
        }

        await Wait.ForAsync<object>(async () => await IsReachedAsync(address) ? app : null, "the rule is there again");
        await Platform.DestroyAsync(app);
    }

    private static async Task<bool> IsReachedAsync(string address)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(address, 5000, Token).AsTask().WaitAsync(TimeSpan.FromSeconds(2), Token);
            return true;
        }
        catch (Exception e) when (e is SocketException or TimeoutException)
        {
            return false;
        }
    }

    protected override async Task<string> GroupAsync(int host, string container) =>
        $"{Groups}/{Cluster.IdOf(host)}/{await DockerCluster.DockerAsync(host, "inspect", "--format", "{{.Id}}", $"{Cluster.IdOf(host)}-{container}")}";
}
