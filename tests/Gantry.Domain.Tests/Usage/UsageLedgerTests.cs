using Gantry.Domain.Usage;

namespace Gantry.Domain.Tests.Usage;

public sealed class UsageLedgerTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly ContainerId Id = new("c-1");
    private static readonly UsageSubject Subject = new(
        Id, UsageKind.Container, new AppId("ap-1"), "my-app", new UserId("us-1"), "web", "M", 512 << 20);

    [Fact]
    public void Clock_MovedWhileARuntimeThatKnowsUptimesRan_ChangesNoSecond()
    {
        var open = Open(Run(startedUptime: 100.9), At(101));
        var closed = Close(open, Run(startedUptime: 100.9) with { Ended = true, ExitedUptime = 160.2, ExitedAt = Noon.AddDays(-3) }, At(161, Noon.AddDays(-3)));
        Assert.Equal((Noon.AddSeconds(60), 60), (closed.StoppedAt, Seconds(closed)));
    }

    [Fact]
    public void Run_OfARuntimeThatKnowsTheWallClockOnly_IsMeasuredFromNow()
    {
        var open = Open(new ObservedRun(Id, false, Noon, null, null, null), At(30, Noon.AddSeconds(5)));
        Assert.Equal((25, Noon), (open.Start.Uptime, open.StartedAt));
        var ended = new ObservedRun(Id, true, Noon, Noon.AddSeconds(60), null, null);
        Assert.Equal(60, Seconds(Close(open, ended, At(100, Noon.AddSeconds(75)))));
        // A clock that was set back says that it ended before it was last seen alive.
        Assert.Equal(40, Seconds(Close(open, ended with { ExitedAt = Noon.AddDays(-1) }, At(100, Noon.AddSeconds(75)), last: At(65))));
    }

    [Fact]
    public void Run_WhoseEndNobodySaw_IsBilledUpToWhenItWasLastSeen()
    {
        var open = Open(Run(startedUptime: 100), At(101));
        Assert.Equal(50, Seconds(Close(open, Run(100) with { Ended = true }, At(900), last: At(150))));
        Assert.Equal(50, Seconds(Close(open, null, At(900), last: At(150))));
        Assert.Equal(0, Seconds(Close(open, null, At(900), last: At(90))));
    }

    [Fact]
    public void Run_OfAnEarlierBoot_EndsWithItsBootHoweverItsHostTellsIt()
    {
        var open = Open(Run(startedUptime: 100), At(101));
        var after = new HostSighting(new BootTime("boot-2", 5000), Noon.AddHours(3));
        Assert.Equal(50, Seconds(Close(open, null, after, last: At(150))));
        Assert.Equal(50, Seconds(Close(open, Run(100) with { Ended = true, ExitedAt = after.At }, after, last: At(150))));
        Assert.Equal(70, Seconds(Close(open, Run(100) with { Ended = true, ExitedUptime = 170 }, after, last: At(150))));
    }

    [Fact]
    public void Run_ThatEndedBeforeItWasSeen_IsOpenedAndClosedAtOnce()
    {
        var record = Open(Run(startedUptime: 100.5) with { Ended = true, ExitedUptime = 103.4 }, At(200));
        Assert.Equal(3, Seconds(record));
    }

    [Fact]
    public void Run_WithoutASubject_IsLeftOut() =>
        Assert.Empty(UsageLedger.Settle("", [], null, At(5), [Run(1)], new Dictionary<ContainerId, UsageSubject>()).Opened);

    private static ObservedRun Run(double startedUptime) => new(Id, false, Noon, null, startedUptime, null);

    private static HostSighting At(long uptime, DateTimeOffset? wall = null) => new(new BootTime("boot-1", uptime), wall ?? Noon.AddSeconds(uptime));

    private static UsageRecord Open(ObservedRun run, HostSighting now) => Assert.Single(
        UsageLedger.Settle("", [], null, now, [run], new Dictionary<ContainerId, UsageSubject> { [Id] = Subject }).Opened);

    private static UsageRecord Close(UsageRecord open, ObservedRun? run, HostSighting now, HostSighting? last = null) => Assert.Single(
        UsageLedger.Settle("", [open], last, now, run is null ? [] : [run], new Dictionary<ContainerId, UsageSubject>()).Closed);

    private static long Seconds(UsageRecord record) => (long)(record.StoppedAt!.Value - record.StartedAt).TotalSeconds;
}
