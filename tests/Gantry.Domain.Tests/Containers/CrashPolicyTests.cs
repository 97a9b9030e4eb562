using CsCheck;
using Gantry.Domain.Containers;

namespace Gantry.Domain.Tests.Containers;

public sealed class CrashPolicyTests
{
    private static readonly TimeSpan _inWarmUp = CrashPolicy.WarmUp - TimeSpan.FromTicks(1);

    [Theory]
    [InlineData(0, 1, 0, false)]
    [InlineData(1, 2, 0, true)]
    [InlineData(2, 3, 5, false)]
    [InlineData(3, 4, 10, false)]
    [InlineData(4, 5, 15, true)]
    [InlineData(5, 6, 20, false)]
    [InlineData(6, 7, 25, false)]
    [InlineData(7, 8, 30, false)]
    [InlineData(8, 9, 35, false)]
    [InlineData(9, 10, 40, false)]
    [InlineData(10, 11, 45, false)]
    [InlineData(11, 12, 50, true)]
    public void Crash_InWarmUp_WaitsAsDocumented(int before, int after, int minutes, bool mail) =>
        Assert.Equal(new CrashDecision(after, TimeSpan.FromMinutes(minutes), mail), CrashPolicy.Next(before, _inWarmUp));

    [Fact]
    public void Crash_TheThirteenthInWarmUp_GivesUp() =>
        Assert.Equal(new CrashDecision(13, null, false), CrashPolicy.Next(12, _inWarmUp));

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(12)]
    public void Crash_AfterWarmUp_CountsAsTheFirst(int before) =>
        Assert.Equal(new CrashDecision(1, TimeSpan.Zero, false), CrashPolicy.Next(before, CrashPolicy.WarmUp));

    [Fact]
    public void Crashes_WithoutASurvivedWarmUp_EndAfterThirteenStartsAndThreeMails() =>
        Gen.Int[0, 599].Array[20].Sample(uptimes =>
        {
            var (count, mails, waited) = (0, 0, TimeSpan.Zero);
            foreach (var seconds in uptimes)
            {
                var next = CrashPolicy.Next(count, TimeSpan.FromSeconds(seconds));
                mails += next.Notify ? 1 : 0;
                if (next.Delay is not { } delay)
                    return next.Crashes == 13 && mails == 3 && waited == TimeSpan.FromMinutes(275);
                (count, waited) = (next.Crashes, waited + delay);
            }

            return false;
        });
}
