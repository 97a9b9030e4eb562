using System.Text;
using Gantry.Conformance.Records;
using Gantry.Control.Hosts.Remote;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Deployments;
using Gantry.Domain.Images;
using Gantry.Store.Blobs;
using Xunit;

namespace Gantry.Control.Tests.Hosts;

/// <summary>The layers of a release are on hosts before a container there needs them.</summary>
public sealed class PrefetchTests : IAsyncDisposable
{
    private readonly MoveCluster _cluster = new();
    private readonly List<(string Id, FarHost Far)> _hosts = [];

    private ControlHost Host => _cluster.Host;

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Release_ReachesOneHostMore_AndWhatReplacesALostContainerWaitsForNoTransfer()
    {
        var app = await RunOnOneOfAsync("one", "two", "three", "four");
        var image = await StoreAsync(app);

        await DeployAsync(app, image);
        // Where it was, where it is, and where it would come next.
        await _cluster.UntilAsync(() => Task.FromResult(With(image).Count == 3), "the layers are on three hosts");
        var puts = _hosts.Sum(h => h.Far.Puts);
        var container = Assert.Single(await _cluster.LiveAsync(app));
        var dead = container.Host!.Value.Value;
        Assert.Contains(dead, With(image));

        _hosts.Single(h => h.Id == dead).Far.FallSilent();
        await _cluster.PassAsync(16, [.. _hosts.Select(h => h.Id).Where(h => h != dead)]);
        await _cluster.UntilAsync(async () => (await _cluster.LiveAsync(app)).Any(c => c.Id != container.Id && c.StartedAt is not null), "the container that takes its slot");

        Assert.Contains((await _cluster.LiveAsync(app)).Single(c => c.StartedAt is not null).Host!.Value.Value, With(image));
        Assert.Equal(puts, _hosts.Sum(h => h.Far.Puts));
    }

    [Fact]
    public async Task Host_ThatTakesNoLayers_HarmsNoDeployment()
    {
        var app = await RunOnOneOfAsync("one", "two", "three");
        _hosts[0].Far.RefusesLayers = true;
        var image = await StoreAsync(app);

        await DeployAsync(app, image);
        await _cluster.UntilAsync(() => Task.FromResult(_hosts[0].Far.Puts > 0 && With(image).Count == 2), "the layers are on the others");

        Assert.Empty(Host.FailedLoops);
    }

    [Fact]
    public async Task Images_OfAppsThatAreGone_AreForgottenWithTheNextRelease()
    {
        var app = await RunOnOneOfAsync("one", "two", "three");
        var (other, known) = (Samples.App("other-app"), Host.Get<PrefetchedImages>());
        Assert.True((await Host.Apps.AddAsync(other, ControlHost.Token)).IsSuccess);
        known.Note(other.Id, new ImageId("im-other"), new HostId("two"));
        for (var i = 0; i < 1000; i++)
            known.Note(new AppId($"ap-gone-{i}"), new ImageId("im-gone"), new HostId("two"));
        var image = await StoreAsync(app);

        await DeployAsync(app, image);
        await _cluster.UntilAsync(() => Task.FromResult(Images().Contains(image.Id)), "the layers are on a host");

        Assert.Equal([new ImageId("im-new"), new ImageId("im-other")], Images().Order(Comparer<ImageId>.Create((a, b) => string.CompareOrdinal(a.Value, b.Value))));
        Assert.False(known.IsFull);

        HashSet<ImageId> Images() => [.. known.ByHost().SelectMany(h => h)];
    }

    private async Task<App> RunOnOneOfAsync(params string[] hosts)
    {
        for (var i = 0; i < hosts.Length; i++)
            _hosts.Add((hosts[i], await _cluster.JoinAsync(hosts[i], i + 1)));
        await _cluster.StartAsync();
        var app = await _cluster.RunOnAsync(hosts[0], 1);
        _hosts.ForEach(h => h.Far.IsBare = true);
        return app;
    }

    /// <summary>An image whose layer and stack are in the blob store.</summary>
    private async Task<Image> StoreAsync(App app)
    {
        var image = Samples.Image("im-new", app.Id.Value) with { StackDigest = await PutAsync("a stack"), LayerDigest = await PutAsync("a layer") };
        await Host.Deployments.AddImageAsync(image, ControlHost.Token);
        return image;

        async Task<Digest> PutAsync(string content) =>
            (await Host.Get<IBlobStore>().PutAsync(new MemoryStream(Encoding.UTF8.GetBytes(content)), 1000, ControlHost.Token)).Value.Digest;
    }

    private async Task DeployAsync(App app, Image image)
    {
        var deployment = await Host.QueueAsync(app, new DeploymentSource(SourceKind.Image, image.Id.Value));
        await _cluster.UntilAsync(async () => (await Host.Deployments.FindAsync(deployment.Id, ControlHost.Token))!.Status.IsFinished(), "the end of the deployment");
        Assert.Equal(DeploymentStatus.Success, (await Host.Deployments.FindAsync(deployment.Id, ControlHost.Token))!.Status);
        await _cluster.UntilAsync(async () => (await _cluster.LiveAsync(app)).Count == 1, "the old container is gone");
    }

    private List<string> With(Image image)
    {
        var with = new List<string>();
        foreach (var (id, far) in _hosts)
            lock (far.Stored)
                if (far.Stored.IsSupersetOf([image.LayerDigest, image.StackDigest]))
                    with.Add(id);
        return with;
    }
}
