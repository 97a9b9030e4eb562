using Gantry.Control.Formation;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Operations;
using Xunit;

namespace Gantry.Control.Tests.Formation;

public sealed class FormationPlannerTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 8, 0, 0, TimeSpan.Zero);
    private static readonly DeploymentId Current = new("current");
    private static readonly DeploymentId Old = new("old");
    private static readonly DeploymentId Next = new("next");

    [Fact]
    public void Plan_NothingRuns_CreatesEverySlot()
    {
        var plan = FormationPlanner.Plan(Snapshot([Process("web", 2), Process("worker", 1)], []));

        Assert.Equal(["web-1", "web-2", "worker-1"], plan.Create.Select(s => $"{s.Type}-{s.Index}"));
        Assert.Empty(plan.Release);
        Assert.False(plan.OperationDone);
        Assert.Equal(AppStatus.Booting, plan.Status);
    }

    [Fact]
    public void Plan_FormationReached_ChangesNothingAndFinishesTheOperation()
    {
        var plan = FormationPlanner.Plan(Snapshot([Process("web", 1)], [Running("a", "web", 1)], Operation(OperationType.Scale)));

        Assert.Empty(plan.Create);
        Assert.Empty(plan.Release);
        Assert.True(plan.OperationDone);
        Assert.Null(plan.OperationError);
        Assert.Equal(AppStatus.Running, plan.Status);
    }

    [Fact]
    public void Plan_ScaledDown_ReleasesTheHighestIndexes()
    {
        var plan = FormationPlanner.Plan(Snapshot([Process("web", 1)], [Running("a", "web", 1), Running("b", "web", 2), Running("c", "web", 3)]));

        Assert.Equal(["b", "c"], plan.Release.Select(c => c.Id.Value));
    }

    [Fact]
    public void Plan_ScaledToZero_IsStopped()
    {
        var plan = FormationPlanner.Plan(Snapshot([Process("web", 0)], [Running("a", "web", 1)]));

        Assert.Equal(["a"], plan.Release.Select(c => c.Id.Value));
        Assert.Equal(AppStatus.Stopped, plan.Status);
    }

    [Fact]
    public void Plan_SizeChanged_KeepsTheOldContainerUntilTheNewOneIsReady()
    {
        var before = FormationPlanner.Plan(Snapshot([Process("web", 1, "L")], [Running("a", "web", 1)]));
        var booting = FormationPlanner.Plan(Snapshot([Process("web", 1, "L")], [Running("a", "web", 1), Booting("b", "web", 1, "L")]));
        var ready = FormationPlanner.Plan(Snapshot([Process("web", 1, "L")], [Running("a", "web", 1), Running("b", "web", 1, "L", 1)]));

        Assert.Single(before.Create);
        Assert.Empty(before.Release);
        Assert.Empty(booting.Create);
        Assert.Empty(booting.Release);
        Assert.Equal(["a"], ready.Release.Select(c => c.Id.Value));
    }

    [Fact]
    public void Plan_RestartOfOneLabel_ReplacesThatOneOnly()
    {
        var restart = Operation(OperationType.Restart, "web-2");

        var plan = FormationPlanner.Plan(Snapshot([Process("web", 2)], [Running("a", "web", 1), Running("b", "web", 2)], restart));

        Assert.Equal(["web-2"], plan.Create.Select(s => $"{s.Type}-{s.Index}"));
        Assert.False(plan.OperationDone);
    }

    [Fact]
    public void Plan_RestartReplaced_IsDoneWhenTheReplacementIsReady()
    {
        var restart = Operation(OperationType.Restart);
        var booting = FormationPlanner.Plan(Snapshot([Process("web", 1)], [Running("a", "web", 1), Booting("b", "web", 1, minutes: 20)], restart));
        var ready = FormationPlanner.Plan(Snapshot([Process("web", 1)], [Running("a", "web", 1), Running("b", "web", 1, minutes: 20)], restart));

        Assert.False(booting.OperationDone);
        Assert.True(ready.OperationDone);
        Assert.Equal(["a"], ready.Release.Select(c => c.Id.Value));
    }

    [Fact]
    public void Plan_DeploymentUnderWay_LeavesItsContainersAloneAndReleasesOlderReleases()
    {
        Container[] live = [Running("a", "web", 1), Running("o", "web", 1) with { DeploymentId = Old }, Booting("n", "web", 1) with { DeploymentId = Next }];

        var during = FormationPlanner.Plan(Snapshot([Process("web", 1)], live) with { RollingOut = Next });
        var failed = FormationPlanner.Plan(Snapshot([Process("web", 1)], live));

        Assert.Equal(["o"], during.Release.Select(c => c.Id.Value));
        Assert.Equal(["o", "n"], failed.Release.Select(c => c.Id.Value));
    }

    [Fact]
    public void Plan_CrashedForGood_ReportsCrashedAndFailsTheOperation()
    {
        var waiting = Booting("b", "web", 1) with { Crashes = 13, NotBefore = DateTimeOffset.MaxValue };

        var plan = FormationPlanner.Plan(Snapshot([Process("web", 1)], [waiting], Operation(OperationType.Scale)));

        Assert.Empty(plan.Create);
        Assert.True(plan.OperationDone);
        Assert.Contains("web-1", plan.OperationError, StringComparison.Ordinal);
        Assert.Equal(AppStatus.Crashed, plan.Status);
    }

    [Fact]
    public void Plan_RestartNotReady_KeepsTheOldContainerAndFailsTheOperation()
    {
        var waiting = Booting("b", "web", 1, minutes: 20) with { BootAttempts = 1, NotBefore = Start.AddMinutes(21) };
        Container[] live = [Running("a", "web", 1), waiting];

        var retried = FormationPlanner.Plan(Snapshot([Process("web", 1)], live, Operation(OperationType.Restart)));
        var givenUp = FormationPlanner.Plan(Snapshot([Process("web", 1)], [live[0], waiting with { NotBefore = DateTimeOffset.MaxValue }]));

        Assert.Empty(retried.Create);
        Assert.Empty(retried.Release);
        Assert.Equal((true, "web-1 does not become ready. See its log."), (retried.OperationDone, retried.OperationError));
        Assert.Empty(givenUp.Release);
        Assert.Equal(AppStatus.Running, givenUp.Status);
    }

    [Fact]
    public void Plan_FirstCrash_DoesNotFailTheOperation()
    {
        var again = Booting("b", "web", 1, minutes: 20) with { Crashes = 1, NotBefore = Start.AddMinutes(20) };

        Assert.False(FormationPlanner.Plan(Snapshot([Process("web", 1)], [again], Operation(OperationType.Restart))).OperationDone);
    }

    [Fact]
    public void Plan_AppDeleted_ReleasesEverythingOneOffsIncluded()
    {
        var snapshot = Snapshot([Process("web", 1)], [Running("a", "web", 1), Running("r", ProcessTypes.OneOff, 7)]);

        var plan = FormationPlanner.Plan(snapshot with { App = snapshot.App with { DeletedAt = Start } });

        Assert.Equal(["a", "r"], plan.Release.Select(c => c.Id.Value));
        Assert.Empty(plan.Create);
    }

    [Fact]
    public void Plan_OneOffRuns_IsNeitherReleasedNorCounted()
    {
        var plan = FormationPlanner.Plan(Snapshot([Process("web", 0)], [Running("r", ProcessTypes.OneOff, 7)]));

        Assert.Empty(plan.Release);
        Assert.Empty(plan.Create);
    }

    private static AppSnapshot Snapshot(ProcessFormation[] formation, Container[] live, Operation? operation = null) =>
        new(App(), formation, live, null, operation);

    private static App App() => new()
    {
        Id = new AppId("ap-1"),
        Name = AppName.FromStored("my-app"),
        OwnerId = new UserId("us-1"),
        StackId = new StackId("st-1"),
        CreatedAt = Start,
        UpdatedAt = Start,
        CurrentDeploymentId = Current,
        CurrentImageId = new ImageId("im-1"),
    };

    private static ProcessFormation Process(string type, int amount, string size = "M") => new(type, amount, size, "run " + type);

    private static Operation Operation(OperationType type, params string[] scope) =>
        new(new OperationId("op-1"), new AppId("ap-1"), type, OperationStatus.Pending, null, scope, null, Start.AddMinutes(10), null);

    private static Container Running(string id, string type, int index, string size = "M", int minutes = 0) =>
        Booting(id, type, index, size, minutes) with { State = ContainerState.Running, StartedAt = Start, ReadyAt = Start };

    private static Container Booting(string id, string type, int index, string size = "M", int minutes = 0) => new()
    {
        Id = new ContainerId(id),
        AppId = new AppId("ap-1"),
        DeploymentId = Current,
        ImageId = new ImageId("im-1"),
        Type = type,
        Index = index,
        Size = size,
        Command = "run " + type,
        CreatedAt = Start.AddMinutes(minutes),
    };
}
