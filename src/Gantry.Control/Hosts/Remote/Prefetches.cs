using System.Threading.Channels;
using Gantry.Domain.Apps;
using Gantry.Domain.Images;

namespace Gantry.Control.Hosts.Remote;

/// <summary>Releases whose layers are to reach hosts before their containers do.</summary>
internal sealed class Prefetches
{
    /// <summary>What comes while so many wait is sent when its containers start, as without all this.</summary>
    private const int MostWaiting = 256;

    private readonly Channel<(App App, Image Image)> _waiting = Channel.CreateBounded<(App, Image)>(
        new BoundedChannelOptions(MostWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    public ChannelReader<(App App, Image Image)> Waiting => _waiting.Reader;

    /// <summary>Returns at once: no deployment waits for this.</summary>
    public void Begin(App app, Image image) => _waiting.Writer.TryWrite((app, image));
}
