using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Operations;
using Xunit;

namespace Gantry.Conformance.Records;

/// <summary>Contract of the operations of <see cref="Store.Records.IAppStore"/>.</summary>
public abstract class OperationSuite : RecordSuite
{
    private static readonly AppId _id = Samples.App().Id;

    [Fact]
    public async Task Operation_Begun_IsStoredWithItsFormation()
    {
        await Apps.BeginOperationAsync(Samples.Operation(), [new ProcessFormation("web", 4, "L", "x")], Token);
        Assert.Equivalent(Samples.Operation(), await Apps.FindOperationAsync(_id, new OperationId("op-1"), Token), strict: true);
        Assert.Equal([new ProcessFormation("web", 4, "L", "x")], await Apps.GetFormationAsync(_id, Token));
    }

    [Fact]
    public async Task Operation_WithoutFormation_LeavesItAlone()
    {
        await Apps.SetFormationAsync(_id, [new("web", 1, "M", "x")], Token);
        await Apps.BeginOperationAsync(Samples.Operation(type: OperationType.Restart), null, Token);
        Assert.Single(await Apps.GetFormationAsync(_id, Token));
    }

    [Theory]
    [InlineData(OperationType.Scale)]
    [InlineData(OperationType.Start)]
    [InlineData(OperationType.Restart)]
    public async Task Operation_WhileAnotherIsUnfinished_IsRefusedAndChangesNothing(OperationType type)
    {
        await Apps.BeginOperationAsync(Samples.Operation("op-1", type), null, Token);
        var second = await Apps.BeginOperationAsync(Samples.Operation("op-2"), [new ProcessFormation("web", 9, "M", "x")], Token);
        Assert.Equal(RefusalKind.Conflict, second.Refusal?.Kind);
        Assert.Null(await Apps.FindOperationAsync(_id, new OperationId("op-2"), Token));
        Assert.Empty(await Apps.GetFormationAsync(_id, Token));
    }

    [Fact]
    public async Task Operation_OfAnotherApp_DoesNotConflict()
    {
        await Apps.AddAsync(Samples.App("bobs-app", "us-bob"), Token);
        await Apps.BeginOperationAsync(Samples.Operation("op-1"), null, Token);
        Assert.True((await Apps.BeginOperationAsync(Samples.Operation("op-2", app: "ap-bobs-app"), null, Token)).IsSuccess);
    }

    [Fact]
    public async Task FinishedOperations_Pruned_AreForgottenWhenOldEnough()
    {
        foreach (var (id, finished) in new[] { ("op-old", Samples.Now), ("op-new", Samples.Now.AddHours(2)) })
        {
            await Apps.BeginOperationAsync(Samples.Operation(id), null, Token);
            await Apps.SetOperationStatusAsync(new OperationId(id), OperationStatus.Done, null, finished, Token);
        }

        await Apps.BeginOperationAsync(Samples.Operation("op-live"), null, Token);
        await Apps.PruneOperationsAsync(Samples.Now.AddHours(1), Token);

        Assert.Null(await Apps.FindOperationAsync(_id, new OperationId("op-old"), Token));
        Assert.NotNull(await Apps.FindOperationAsync(_id, new OperationId("op-new"), Token));
        Assert.NotNull(await Apps.FindOperationAsync(_id, new OperationId("op-live"), Token));
    }

    [Fact]
    public async Task OneOff_Started_NeverConflicts()
    {
        Assert.True((await BeginAsync("op-1", OperationType.StartOneOff)).IsSuccess);
        Assert.True((await BeginAsync("op-2", OperationType.StartOneOff)).IsSuccess);
        Assert.True((await BeginAsync("op-3", OperationType.Scale)).IsSuccess);
        Assert.True((await BeginAsync("op-4", OperationType.StartOneOff)).IsSuccess);
    }

    [Fact]
    public async Task Operations_BegunTogether_ExactlyOneWins()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(
            () => Apps.BeginOperationAsync(Samples.Operation($"op-{i}"), [new ProcessFormation("web", i, "M", "x")], Token))));
        var winner = Assert.Single(outcomes, o => o.IsSuccess).Value;
        Assert.Equal(winner.Id.Value, $"op-{Assert.Single(await Apps.GetFormationAsync(_id, Token)).Amount}");
        Assert.Equal([winner.Id], (await Apps.ListUnfinishedOperationsAsync(Token)).Select(o => o.Id));
    }

    [Fact]
    public async Task Operation_OfMissingOrDeletedApp_IsNotFound()
    {
        Assert.Equal(RefusalKind.NotFound, (await Apps.BeginOperationAsync(Samples.Operation(app: "ap-none"), null, Token)).Refusal?.Kind);
        await Apps.UpdateAsync(_id, a => a with { DeletedAt = Samples.Now }, Token);
        Assert.Equal(RefusalKind.NotFound, (await BeginAsync("op-1", OperationType.Scale)).Refusal?.Kind);
    }

    [Theory]
    [InlineData(OperationStatus.Done, null)]
    [InlineData(OperationStatus.Error, "no room")]
    public async Task Operation_Finished_NeverChangesAgainAndFreesTheApp(OperationStatus status, string? error)
    {
        await BeginAsync("op-1", OperationType.Scale);
        var id = new OperationId("op-1");
        await Apps.SetOperationStatusAsync(id, OperationStatus.Running, null, Samples.Now, Token);
        Assert.Null((await Apps.FindOperationAsync(_id, id, Token))?.FinishedAt);

        await Apps.SetOperationStatusAsync(id, status, error, Samples.Now.AddSeconds(5), Token);
        await Apps.SetOperationStatusAsync(id, OperationStatus.Running, "late", Samples.Now.AddSeconds(9), Token);

        var stored = await Apps.FindOperationAsync(_id, id, Token);
        Assert.Equal((status, error, Samples.Now.AddSeconds(5)), (stored!.Status, stored.Error, stored.FinishedAt));
        Assert.Empty(await Apps.ListUnfinishedOperationsAsync(Token));
        Assert.True((await BeginAsync("op-2", OperationType.Restart)).IsSuccess);
    }

    [Fact]
    public async Task Operation_AskedForByAnotherApp_IsNotFound()
    {
        await BeginAsync("op-1", OperationType.Scale);
        Assert.Null(await Apps.FindOperationAsync(new AppId("ap-other"), new OperationId("op-1"), Token));
    }

    private Task<Outcome<Operation>> BeginAsync(string id, OperationType type) =>
        Apps.BeginOperationAsync(Samples.Operation(id, type), null, Token);
}
