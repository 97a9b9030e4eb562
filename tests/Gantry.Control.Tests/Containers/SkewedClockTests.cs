using Gantry.Control.Tests.Platform;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Control.Tests.Containers;

/// <summary>A host whose clock is wrong tells times that cannot be compared with those of Control.</summary>
public sealed class SkewedClockTests : IAsyncDisposable
{
    private readonly ControlHost _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Container_OfAHostWhoseClockIsBehind_HasItsTimeToBoot()
    {
        _host.Runtime.Skew = TimeSpan.FromMinutes(-10);
        var container = await _host.AddContainerAsync(await _host.AddAppAsync());
        await _host.StepAsync(container.Id);
        _host.Time.Advance(TimeSpan.FromSeconds(5));

        var boots = await _host.StepAsync(container.Id);

        Assert.Equal((ContainerState.Booting, false), (boots.State, boots.BootFailed));
    }

    [Theory]
    [InlineData(-600)]
    [InlineData(0)]
    [InlineData(600)]
    public async Task Container_ThatCrashesThere_RanAsLongAsItDid(int skewSeconds)
    {
        _host.Runtime.Skew = TimeSpan.FromSeconds(skewSeconds);

        Assert.Equal(TimeSpan.FromMinutes(3), await LengthOfThreeMinutesAsync());
    }

    [Theory]
    [InlineData(-600, 0)]
    [InlineData(0, 180)]
    [InlineData(600, 240)]
    public async Task Container_OfARuntimeThatKnowsTheClockAlone_EndedAfterItsStartAndBeforeNow(int skewSeconds, int ranSeconds)
    {
        (_host.Runtime.Skew, _host.Runtime.TellsUptimes) = (TimeSpan.FromSeconds(skewSeconds), false);

        Assert.Equal(TimeSpan.FromSeconds(ranSeconds), await LengthOfThreeMinutesAsync());
    }

    /// <summary>How long a container ran by the records, of which nobody sees for a minute that it has ended.</summary>
    private async Task<TimeSpan?> LengthOfThreeMinutesAsync()
    {
        var container = await _host.AddContainerAsync(await _host.AddAppAsync());
        var started = await _host.StepAsync(container.Id);
        _host.Time.Advance(TimeSpan.FromMinutes(3));
        _host.Runtime.Exit(container.Id, 1);
        _host.Time.Advance(TimeSpan.FromMinutes(1));
        return (await _host.StepAsync(container.Id)).StoppedAt - started.StartedAt;
    }
}
