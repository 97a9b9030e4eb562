using Gantry.Domain;
using Gantry.Domain.Apps;
using Xunit;

namespace Gantry.Conformance.Records;

/// <summary>Contract of the apps and formations of <see cref="Store.Records.IAppStore"/>.</summary>
public abstract class AppStoreSuite : RecordSuite
{
    private static readonly AppId _id = Samples.App().Id;

    [Fact]
    public async Task App_Stored_ComesBackWholeByIdAndName()
    {
        Assert.Equal(Samples.App(), await Apps.FindAsync(_id.Value, Token));
        Assert.Equal(Samples.App(), await Apps.FindAsync("my-app-1", Token));
        Assert.Equal(Samples.App(), await Apps.FindByIdAsync(_id, Token));
        Assert.Null(await Apps.FindAsync("my-app-2", Token));
    }

    [Fact]
    public async Task App_WithNameOfAnother_IsRefused()
    {
        var app = Samples.App(owner: "us-bob") with { Id = new AppId("ap-2") };
        Assert.Equal("name", (await Apps.AddAsync(app, Token)).Refusal?.Field);
        Assert.Null(await Apps.FindByIdAsync(app.Id, Token));
    }

    [Fact]
    public async Task App_NamedLikeTheIdOfAnother_DoesNotHideIt()
    {
        await Apps.AddAsync(Samples.App(owner: "us-bob") with { Id = new AppId("ap-2"), Name = AppName.Parse(_id.Value).Value }, Token);
        Assert.Equal(_id, (await Apps.FindAsync(_id.Value, Token))?.Id);
    }

    [Fact]
    public async Task Apps_Listed_AreThoseOfTheOwner()
    {
        await Apps.AddAsync(Samples.App("bobs-app", "us-bob"), Token);
        Assert.Equal(["my-app-1"], (await Apps.ListByOwnerAsync(new UserId("us-alice"), Token)).Select(a => a.Name.Value));
        Assert.Equal(["bobs-app", "my-app-1"], (await Apps.ListAllAsync(Token)).Select(a => a.Name.Value).Order());
    }

    [Fact]
    public async Task App_MarkedDeleted_IsOnlySeenByControl()
    {
        await Apps.UpdateAsync(_id, a => a with { DeletedAt = Samples.Now }, Token);
        Assert.Null(await Apps.FindAsync("my-app-1", Token));
        Assert.Null(await Apps.FindAsync(_id.Value, Token));
        Assert.Empty(await Apps.ListByOwnerAsync(new UserId("us-alice"), Token));
        Assert.Single(await Apps.ListAllAsync(Token));
        Assert.Equal(Samples.Now, (await Apps.FindByIdAsync(_id, Token))?.DeletedAt);
        Assert.False((await Apps.AddAsync(Samples.App() with { Id = new AppId("ap-2") }, Token)).IsSuccess);
    }

    [Fact]
    public async Task App_Updated_ChangesEveryField()
    {
        var wanted = Samples.App() with
        {
            StackId = new StackId("st-2"), Status = AppStatus.Running, ForceHttps = false, StickySession = false, RouterLogs = false,
            UpdatedAt = Samples.Now.AddDays(1), CurrentDeploymentId = null, CurrentImageId = new ImageId("im-9"), LastDeployedAt = null, LastDeployedBy = "bob",
        };
        Assert.Equal(wanted, await Apps.UpdateAsync(_id, _ => wanted, Token));
        Assert.Equal(wanted, await Apps.FindByIdAsync(_id, Token));
        Assert.Null(await Apps.UpdateAsync(new AppId("ap-none"), a => a, Token));
    }

    [Fact]
    public async Task App_UpdatedByManyAtOnce_LosesNoChange()
    {
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(
            () => Apps.UpdateAsync(_id, a => a with { LastDeployedBy = a.LastDeployedBy + "+" }, Token))));
        Assert.Equal("alice" + new string('+', 50), (await Apps.FindByIdAsync(_id, Token))?.LastDeployedBy);
    }

    [Fact]
    public async Task Update_WhoseChangeThrows_ChangesNothing()
    {
        await Assert.ThrowsAsync<FormatException>(() => Apps.UpdateAsync(_id, _ => throw new FormatException("mine"), Token));
        Assert.Equal(Samples.App(), await Apps.FindByIdAsync(_id, Token));
    }

    [Fact]
    public async Task Rename_ToFreeName_KeepsTheId()
    {
        var renamed = (await Apps.RenameAsync(_id, AppName.Parse("new-name").Value, Samples.Now.AddDays(1), Token)).Value;
        Assert.Equal((_id, "new-name", Samples.Now.AddDays(1)), (renamed.Id, renamed.Name.Value, renamed.UpdatedAt));
        Assert.Null(await Apps.FindAsync("my-app-1", Token));
        Assert.Equal(renamed, await Apps.FindAsync("new-name", Token));
    }

    [Fact]
    public async Task Rename_ToTakenName_IsRefused()
    {
        await Apps.AddAsync(Samples.App("bobs-app", "us-bob"), Token);
        Assert.Equal("name", (await Apps.RenameAsync(_id, AppName.Parse("bobs-app").Value, Samples.Now, Token)).Refusal?.Field);
        Assert.Equal(RefusalKind.NotFound, (await Apps.RenameAsync(new AppId("ap-none"), AppName.Parse("free-name").Value, Samples.Now, Token)).Refusal?.Kind);
    }

    [Fact]
    public async Task App_Removed_TakesAllThatHangsOnIt()
    {
        await Apps.SetFormationAsync(_id, [new("web", 1, "M", "x")], Token);
        await Apps.SetVariablesAsync(_id, [new(new VariableId("v-1"), "A", "1")], Token);
        await Apps.BeginOperationAsync(Samples.Operation(), null, Token);
        await Deployments.AddAsync(Samples.Deployment(), Token);
        await Deployments.AppendOutputAsync(new DeploymentId("d-1"), "hello", Token);
        await Deployments.AddImageAsync(Samples.Image(), Token);
        await Containers.AddAsync([Samples.Container()], Token);

        await Apps.RemoveAsync(_id, Token);

        Assert.Null(await Apps.FindByIdAsync(_id, Token));
        Assert.Empty(await Apps.GetFormationAsync(_id, Token));
        Assert.Empty(await Apps.GetVariablesAsync(_id, Token));
        Assert.Empty(await Apps.ListUnfinishedOperationsAsync(Token));
        Assert.Null(await Deployments.FindAsync(new DeploymentId("d-1"), Token));
        Assert.Null(await Deployments.ReadOutputAsync(new DeploymentId("d-1"), 0, Token));
        Assert.Empty(await Deployments.ListAllImagesAsync(Token));
        Assert.Empty(await Containers.ListLiveAsync(Token));
        Assert.True((await Apps.AddAsync(Samples.App() with { Id = new AppId("ap-2") }, Token)).IsSuccess);
    }

    [Fact]
    public async Task Formation_Replaced_KeepsOnlyTheNewOneInItsOrder()
    {
        await Apps.SetFormationAsync(_id, [new("web", 2, "M", "node ."), new("clock", 0, "S", "")], Token);
        ProcessFormation[] wanted = [new("worker", 3, "XL", "rake"), new("web", 1, "L", "node .")];
        await Apps.SetFormationAsync(_id, wanted, Token);
        Assert.Equal(wanted, await Apps.GetFormationAsync(_id, Token));
    }
}
