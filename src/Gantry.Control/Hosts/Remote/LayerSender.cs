using System.Collections.Concurrent;
using Gantry.Agent.Remote;
using Gantry.Agent.Runtime;
using Gantry.Domain;
using Gantry.Store.Blobs;

namespace Gantry.Control.Hosts.Remote;

/// <summary>Brings layers and stacks to hosts that need them, each once.</summary>
internal sealed class LayerSender(IBlobStore blobs)
{
    private readonly ConcurrentDictionary<(HostId, Digest), Lazy<Task>> _underWay = new();

    /// <summary>When this returns, the host has them, unpacked.</summary>
    /// <exception cref="RuntimeException">The host does not answer, or a layer is nowhere.</exception>
    public async Task SendAsync(HostSession host, ImageLayers wanted, CancellationToken token)
    {
        var missing = await host.Remote.Layers.MissingAsync(wanted, token).ConfigureAwait(false);
        foreach (var digest in missing)
            await OnceAsync(host, digest).WaitAsync(token).ConfigureAwait(false);
        await host.Remote.Layers.PrepareAsync(wanted, token).ConfigureAwait(false);
    }

    /// <summary>Many containers of an app start at once: they share the transfer, and who gives up does not end it for the others.</summary>
    private Task OnceAsync(HostSession host, Digest digest)
    {
        var key = (host.Id, digest);
        return _underWay.GetOrAdd(key, _ => new Lazy<Task>(async () =>
        {
            try
            {
                await PutAsync(host, digest).ConfigureAwait(false);
            }
            finally
            {
                _underWay.TryRemove(key, out Lazy<Task>? _);
            }
        })).Value;
    }

    private async Task PutAsync(HostSession host, Digest digest)
    {
        var content = await blobs.OpenAsync(digest, CancellationToken.None).ConfigureAwait(false)
            ?? throw new RuntimeException($"The layer {digest} is not in the blob store: deploy the app again, or restore the blob.", false);
        await using (content.ConfigureAwait(false))
            await host.Remote.Layers.PutAsync(digest, content, CancellationToken.None).ConfigureAwait(false);
    }
}
