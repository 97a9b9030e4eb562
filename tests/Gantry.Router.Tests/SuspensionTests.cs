using Gantry.Router.Routing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gantry.Router.Tests;

/// <summary>A process that was paused: the clock goes on, and none of its timers fire meanwhile.</summary>
public sealed class SuspensionTests : IDisposable
{
    private readonly PausedTime _time = new();
    private readonly Suspension _suspension;

    public SuspensionTests() => _suspension = new Suspension(_time);

    public void Dispose() => _suspension.Dispose();

    [Fact]
    public void Requests_OfAProcessThatRuns_WaitForNothing()
    {
        _suspension.Followed(_time.GetTimestamp());
        for (var i = 0; i < 100; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(300));
            Assert.True(_suspension.Over().IsCompleted);
        }
    }

    [Fact]
    public void Requests_AfterAPause_WaitUntilWhatChangedWasLookedAt_SinceItsEnd()
    {
        _suspension.Followed(_time.GetTimestamp());
        var before = _time.GetTimestamp();
        _time.Pause(TimeSpan.FromSeconds(1.5));

        // The request comes first, before any timer.
        var wait = _suspension.Over();
        Assert.False(wait.IsCompleted);
        // This look had begun before the pause, and may have seen what was then.
        _suspension.Followed(before);
        Assert.False(wait.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(300));
        Assert.False(_suspension.Over().IsCompleted);

        _suspension.Followed(_time.GetTimestamp());
        Assert.True(wait.IsCompleted);
        Assert.True(_suspension.Over().IsCompleted);
    }

    [Fact]
    public void Look_ThatEndsAfterAPauseInItsMiddle_DoesNotCount_ThoughNoTimerNoticedYet()
    {
        _suspension.Followed(_time.GetTimestamp());
        var began = _time.GetTimestamp();
        _time.Pause(TimeSpan.FromSeconds(5));
        _suspension.Followed(began);
        Assert.False(_suspension.Over().IsCompleted);
    }

    [Fact]
    public void Requests_WhileNobodyCanLook_GoOnWithWhatIsKnown()
    {
        _suspension.Followed(_time.GetTimestamp());
        _time.Pause(TimeSpan.FromSeconds(5));
        var wait = _suspension.Over();
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.False(wait.IsCompleted);
        for (var i = 0; i < 10; i++)
            _time.Advance(TimeSpan.FromSeconds(0.3));
        Assert.True(wait.IsCompleted);
        Assert.True(_suspension.Over().IsCompleted);
    }

    /// <summary>With one process nobody else changes what the table says.</summary>
    [Fact]
    public void Requests_OfARouterThatNobodyFollowsFor_NeverWait()
    {
        _time.Pause(TimeSpan.FromMinutes(1));
        Assert.True(_suspension.Over().IsCompleted);
    }

    private sealed class PausedTime : FakeTimeProvider
    {
        private long _skipped;

        public override long GetTimestamp() => base.GetTimestamp() + _skipped;

        public void Pause(TimeSpan length) => _skipped += (long)(length.TotalSeconds * TimestampFrequency);
    }
}
