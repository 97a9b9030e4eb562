using Gantry.Conformance.Records;
using Gantry.Control.Hosts;
using Gantry.Control.Hosts.Moves;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gantry.Control.Tests.Hosts.Moves;

public sealed class DrainLooksTests
{
    private readonly FakeTimeProvider _time = new(Samples.Now);

    [Fact]
    public void Look_ThatFoundNone_IsMadeAgainWhenSomebodyAskedOrAfterAWhile()
    {
        var looks = Looks();
        looks.Rest(looks.Begin()!.Value);
        Assert.Null(looks.Begin());

        looks.Ask();
        Assert.NotNull(looks.Begin());
        looks.Rest(looks.Begin()!.Value);
        Assert.Null(looks.Begin());

        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.NotNull(looks.Begin());
    }

    /// <summary>While a host is drained, and after a look that failed, nobody rests.</summary>
    [Fact]
    public void Look_ThatFoundSome_IsMadeAgainAtOnce()
    {
        var looks = Looks();
        Assert.NotNull(looks.Begin());
        Assert.NotNull(looks.Begin());
    }

    [Fact]
    public void Drain_AskedForDuringALook_IsSeenByTheNext()
    {
        var looks = Looks();
        var look = looks.Begin()!.Value;
        looks.Ask();
        looks.Rest(look);
        Assert.NotNull(looks.Begin());
    }

    private DrainLooks Looks() => new(_time, Options.Create(new SchedulingOptions()));
}
