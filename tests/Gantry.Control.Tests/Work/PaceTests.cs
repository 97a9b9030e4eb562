using Gantry.Control.Work;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gantry.Control.Tests.Work;

public sealed class PaceTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(0, 0)]
    [InlineData(20, 40)]
    [InlineData(80, 100)]
    public async Task Loop_ThatWorked_RestsTwiceAsLong_AndNeverLongerThanOthersMayWait(int worked, int rests)
    {
        var paced = new Pace(_time).RestAfterAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(worked));
                return Task.CompletedTask;
            },
            TestContext.Current.CancellationToken);
        if (rests > 0)
        {
            _time.Advance(TimeSpan.FromMilliseconds(rests - 1));
            Assert.False(paced.IsCompleted);
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        await paced.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }
}
