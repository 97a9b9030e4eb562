using Gantry.Agent.Images;
using Gantry.Agent.Runtime;
using Gantry.Agent.Tests.Support;
using Gantry.Domain;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Agent.Tests.Runtime;

/// <summary>Stacks that others made, without the places that containers mount on.</summary>
public sealed class StackTests(TestHost host)
{
    private static CancellationToken Token => TestHost.Token;

    /// <summary>One that no image needs is removed, and comes back with the next image that does.</summary>
    [Fact]
    public async Task Container_OfAStackThatWasRemovedAndUnpackedAgain_Starts()
    {
        var layers = host.Services.GetRequiredService<ILayerCache>();
        await StartAndRemoveAsync();
        await layers.CollectAsync(new HashSet<Digest> { host.Layer }, Token);
        Assert.False(layers.Has(host.Stack));

        await StartAndRemoveAsync();
    }

    private async Task StartAndRemoveAsync()
    {
        var status = await host.Runtime.StartAsync(host.Spec("sleep 1000"), Token);
        await host.Runtime.RemoveAsync(status.Id, Token);
        Assert.Equal(RuntimeState.Running, status.State);
    }
}
