using Gantry.Control.Tests.Platform;
using Xunit;

namespace Gantry.Control.Tests.Containers;

public sealed class SizeLimitTests
{
    [Fact]
    public async Task Limits_ChangedForASize_AreThoseOfItsContainersOnly()
    {
        await using var host = new ControlHost(o => o.Sizes["m"] = new() { LogLinesPerMinute = 100, LogBytesPerMinute = 0, DiskBytesPerSecond = 7, BitsPerSecond = 0 });
        var app = await host.AddAppAsync();
        await host.Apps.UpdateAsync(app.Id, a => a with { BitsPerSecond = null }, TestContext.Current.CancellationToken);
        foreach (var size in new[] { "M", "L" })
        {
            var container = await host.AddContainerAsync(app, $"on{size.ToLowerInvariant()}", size: size);
            for (var i = 0; i < 3; i++)
                await host.StepAsync(container.Id);
        }

        var (medium, large) = (host.Runtime.Started.First().Limits, host.Runtime.Started.Last().Limits);
        Assert.Equal((100, null, 7, null, 2_000), (medium.LogLinesPerMinute, medium.LogBytesPerMinute, medium.DiskBytesPerSecond, medium.BitsPerSecond, medium.DiskOperationsPerSecond));
        Assert.Equal((16_384, 64L << 20, 150L << 20, 160_000_000), (large.LogLinesPerMinute, large.LogBytesPerMinute, large.DiskBytesPerSecond, large.BitsPerSecond));
    }
}
