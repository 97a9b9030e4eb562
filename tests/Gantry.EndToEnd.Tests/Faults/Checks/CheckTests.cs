using Xunit;

namespace Gantry.EndToEnd.Tests.Faults.Checks;

/// <summary>Each check of the fault suite finds what it is there for, and nothing else.</summary>
public sealed class CheckTests
{
    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    private static RecordedContainer Container(string id, string type, int slot, string address) =>
        new(id, "app", type, slot, "Running", Wanted: true, "h", address, IsCurrent: true);

    [Fact]
    public void Register_AcknowledgedChange_TheOldValueIsALoss()
    {
        var size = new Register<int>(1);

        size.Begin(At(10), 2);
        size.Acknowledge(At(11), 2);

        Assert.True(size.Allows(1, At(9), At(9.5)));
        Assert.True(size.Allows(1, At(10.5), At(12)));
        Assert.True(size.Allows(2, At(10.5), At(10.6)));
        Assert.False(size.Allows(2, At(9), At(9.5)));
        Assert.False(size.Allows(1, At(11.5), At(12)));
    }

    [Fact]
    public void Places_OfAnAppThatARolloutBringsToTheHost_AreTheWorstThatWasSeen()
    {
        RecordedContainer On(string app, string host) => new(app + host, app, "web", 1, "Running", Wanted: true, host, "10.0.0.1", IsCurrent: true);
        var before = Places.Of([On("solo", "two"), On("pair", "one"), On("pair", "two")], "one");
        Assert.Equal((0, 1), before["solo"]);

        var after = Places.Worst(before, Places.Of([On("solo", "one"), On("pair", "one"), On("pair", "two"), On("new", "two")], "one"));

        Assert.Equal((1, 0), after["solo"]);
        Assert.Equal((1, 1), after["pair"]);
        Assert.Equal((0, 1), after["new"]);
        Assert.Equal((1, 0), Places.Worst(after, Places.Of([], "one"))["pair"]);
    }

    [Fact]
    public void Register_AnswerThatGotLost_EitherValueMayBeThere()
    {
        var size = new Register<int>(1);

        size.Begin(At(10), 2);

        Assert.True(size.Allows(1, At(20), At(21)));
        Assert.True(size.Allows(2, At(20), At(21)));
        Assert.False(size.Allows(3, At(20), At(21)));
    }

    [Fact]
    public void Register_RefusedChange_OnlyTheOldValueMayBeThere()
    {
        var size = new Register<int>(1);

        size.Begin(At(10), 2);
        size.Refuse(At(11), 2);

        Assert.False(size.Allows(2, At(12), At(13)));
        Assert.Equal(1, size.Single);
    }

    [Fact]
    public void Register_RefusedAfterOneWhoseAnswerGotLost_ThatOneMayBeThereAllTheSame()
    {
        var size = new Register<int>(1);

        size.Begin(At(10), 2);
        size.Begin(At(20), 4);
        size.Begin(At(30), 2);
        size.Refuse(At(31), 2);
        Assert.True(size.Allows(2, At(32), At(33)));

        size.Refuse(At(40), 2);
        Assert.False(size.Allows(2, At(41), At(42)));
    }

    [Fact]
    public void Refusal_BecauseOfAnOperationWhoseAnswerGotLost_IsBlamedOnWhatLostIt_ForAWhile()
    {
        var lost = new Unanswered();
        FailedRequest Failed(double began, int via) => new(null, At(began), At(began + 1), "POST", via);
        Assert.Equal(Failed(5, 2), lost.Blame("app", Failed(5, 2), 409));

        lost.Blame("app", Failed(10, 1), null);

        Assert.Equal(Failed(14, 2) with { Began = At(10), Via = 1 }, lost.Blame("app", Failed(14, 2), 409));
        Assert.Equal(Failed(14, 2), lost.Blame("other", Failed(14, 2), 409));
        Assert.Equal(Failed(14, 2), lost.Blame("app", Failed(14, 2), 404));
        Assert.Equal(Failed(60, 2), lost.Blame("app", Failed(60, 2), 409));
        lost.Accepted("app");
        Assert.Equal(Failed(15, 2), lost.Blame("app", Failed(15, 2), 409));
    }

    [Theory]
    [InlineData("line 0123456789ab 1\nline 0123456789ab 2\nline 0123456789ab 3\n", 0, "")]
    [InlineData("line 0123456789ab 1\nline 0123456789ab 2\nline 0123456789ab 2\nline 0123456789ab 3\n", 0, "line 2 of the run 0123456789ab is there 2 times")]
    [InlineData("line 0123456789ab 1\nline 0123456789ab 3\n", 0, "1 of 3 lines of the run 0123456789ab are missing")]
    [InlineData("-- 1 lines / 20 bytes were not kept: disk full\nline 0123456789ab 1\nline 0123456789ab 3\n", 0, "")]
    [InlineData("-- 1 lines / 20 bytes were not kept: disk full\nline 0123456789ab 3\n", 0, "2 of 3 lines of the run 0123456789ab are missing")]
    [InlineData("line 0123456789ab 1\nline 0123456789ab 3\n", 60, "1 of 3 lines of the run 0123456789ab are missing")]
    [InlineData("line 0123456789ab 1\nline 0123456789ab 2\n", 0, "1 of 3 lines of the run 0123456789ab are missing")]
    [InlineData("line 0123456789ab 1\nline 0123456789ab 2\n", 1, "")]
    [InlineData("line 0123456789ab 1\n", 1, "1 of 3 lines of the run 0123456789ab are missing")]
    public void Lines_AreThereExactlyOnce_OrOnlyThoseOfTheCutAreGone(string log, int cut, string wrong)
    {
        var found = NumberedLines.Check(log, [new WrittenLines("0123456789ab", 3, cut)]);

        if (wrong.Length == 0)
            Assert.Empty(found);
        else
            Assert.StartsWith(wrong, Assert.Single(found), StringComparison.Ordinal);
    }

    [Fact]
    public void Claims_OfARunThatWasReplaced_AreTwoOfOneSlot()
    {
        var claims = new SlotClaims();
        Assert.Null(claims.See("app", "web-1", "old", 100, At(1), At(1.1)));
        Assert.Null(claims.See("app", "web-1", "new", 200, At(2), At(2.1)));

        // It was asked before the other one had answered: it was only slow.
        Assert.Null(claims.See("app", "web-1", "old", 100, At(2), At(2.5)));
        Assert.Null(claims.See("app", "web-2", "other", 50, At(3), At(3.1)));
        Assert.NotNull(claims.See("app", "web-1", "old", 100, At(2.2), At(2.3)));
        Assert.Null(claims.See("app", "web-1", "new", 200, At(3), At(3.1)));
    }

    [Fact]
    public void Claims_OfTwoThatBeganTogether_AreOfWhoeverCameLast()
    {
        var claims = new SlotClaims();
        Assert.Null(claims.See("app", "web-1", "quick", 20_110, At(1), At(1.1)));
        Assert.Null(claims.See("app", "web-1", "slow", 20_100, At(2), At(2.1)));
        Assert.NotNull(claims.See("app", "web-1", "quick", 20_110, At(3), At(3.1)));
        Assert.NotNull(claims.See("app", "web-1", "long gone", 5_000, At(3), At(3.1)));
    }

    [Fact]
    public void Ownership_TwoOfOneAddressOrSlot_CountsWhenItStays()
    {
        var ownership = new Ownership(At(5));
        RecordedContainer[] address = [Container("a", "web", 1, "10.0.0.1"), Container("b", "web", 2, "10.0.0.1")];
        RecordedContainer[] slot = [Container("a", "web", 1, "10.0.0.1"), Container("b", "web", 1, "10.0.0.2")];

        Assert.Empty(ownership.See(address, At(0)));
        Assert.Contains("10.0.0.1 belongs to a (Running on h) and b", Assert.Single(ownership.See(address, At(5))), StringComparison.Ordinal);
        Assert.Empty(ownership.See(slot, At(6)));
        Assert.Empty(ownership.See([], At(8)));
        Assert.Empty(ownership.See(slot, At(11)));
        Assert.Contains("web-1 of app", Assert.Single(ownership.See(slot, At(16))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FaultKind.KillHost, "single", 12, true)]
    [InlineData(FaultKind.KillHost, "single", 60, false)]
    [InlineData(FaultKind.KillHost, "double", 12, true)]
    [InlineData(FaultKind.KillHost, "double", 20, false)]
    [InlineData(FaultKind.KillHost, "elsewhere", 12, false)]
    [InlineData(FaultKind.KillControl, "elsewhere", 12, true)]
    [InlineData(FaultKind.KillControl, "elsewhere", 40, false)]
    [InlineData(FaultKind.StopDatabase, "single", 12, false)]
    [InlineData(FaultKind.KillSupervisor, "single", 12, false)]
    [InlineData(FaultKind.KillAgent, "single", 12, false)]
    [InlineData(FaultKind.KillAgent, "single", 17, true)]
    [InlineData(FaultKind.KillAgent, "double", 17, false)]
    [InlineData(FaultKind.SlowHost, "single", 12, false)]
    [InlineData(FaultKind.CutBetween, "single", 12, false)]
    [InlineData(FaultKind.SkewClock, "single", 12, false)]
    [InlineData(FaultKind.KillEtcd, "single", 12, false)]
    [InlineData(FaultKind.PauseNats, "single", 12, false)]
    public void Explanation_OfAFailedRequest_IsAFaultThatReachesIt(FaultKind kind, string app, double at, bool isExplained)
    {
        var apps = new Dictionary<string, (int, int)> { ["single"] = (1, 0), ["double"] = (1, 1), ["elsewhere"] = (0, 2) };
        var fault = new FaultWindow(new PlannedFault(1, kind, 1, At(10), At(1)), At(10), At(20), At(22), FaultSchedule.IsOfControl(kind) ? 1 : 0, apps);

        Assert.Equal(isExplained, Explanations.Of(new FailedRequest(app, At(at), At(at + 0.1), "502", 1), [fault]) is not null);
    }

    [Theory]
    [InlineData(FaultKind.StopDatabase, 12, true)]
    [InlineData(FaultKind.StopDatabase, 26, false)]
    [InlineData(FaultKind.KillHost, 12, false)]
    public void Explanation_OfAFailedCall_IsAFaultOfControlOrItsRecords(FaultKind kind, double at, bool isExplained)
    {
        var fault = new FaultWindow(new PlannedFault(1, kind, 1, At(10), At(1)), At(10), At(20), At(22), 0, new Dictionary<string, (int, int)>());

        Assert.Equal(isExplained, Explanations.Of(new FailedRequest(null, At(at), At(at + 0.1), "503", 1), [fault]) is not null);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(0, true)]
    [InlineData(2, false)]
    public void Explanation_OfARequestThroughAControlProcess_IsAFaultOfThatOne(int via, bool isExplained)
    {
        var fault = new FaultWindow(new PlannedFault(1, FaultKind.KillControl, 0, At(10), At(1)), At(10), At(20), At(22), 1, new Dictionary<string, (int, int)>());

        Assert.Equal(isExplained, Explanations.Of(new FailedRequest("app", At(12), At(13), "502", via), [fault]) is not null);
        Assert.Equal(isExplained, Explanations.Of(new FailedRequest(null, At(12), At(13), "503", via), [fault]) is not null);
    }

    [Fact]
    public void Schedule_OfOneSeed_IsAlwaysTheSame_AndOfAnotherAnother()
    {
        var drawn = FaultSchedule.Draw(7, 3, _ => true).Take(200).ToList();

        Assert.Equal(drawn, FaultSchedule.Draw(7, 3, _ => true).Take(200));
        Assert.NotEqual(drawn, FaultSchedule.Draw(8, 3, _ => true).Take(200));
        var kinds = Enum.GetValues<FaultKind>().Length;
        Assert.Equal(kinds, drawn.Take(kinds).Select(f => f.Kind).Distinct().Count());
        Assert.All(drawn, f => Assert.Equal(FaultSchedule.IsOfAHost(f.Kind), f.Host > 0));
    }
}
