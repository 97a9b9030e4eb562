using Gantry.Domain;
using Gantry.Domain.Apps;
using Xunit;

namespace Gantry.Conformance.Records;

/// <summary>Contract of the variables of <see cref="Store.Records.IAppStore"/>.</summary>
public abstract class VariableSuite : RecordSuite
{
    private static readonly AppId _id = Samples.App().Id;

    [Fact]
    public async Task Variables_Set_ComeBackByName()
    {
        await SetAsync(("B", "2"), ("A", "naïve ☃ $B\nline"), ("EMPTY", ""));
        Assert.Equal(
            [("A", "naïve ☃ $B\nline"), ("B", "2"), ("EMPTY", "")],
            (await Apps.GetVariablesAsync(_id, Token)).Select(v => (v.Name, v.Value)));
    }

    [Fact]
    public async Task Variable_SetAgain_KeepsItsId()
    {
        var first = Assert.Single(await SetAsync(("A", "1")));
        var second = Assert.Single(await Apps.SetVariablesAsync(_id, [new(new VariableId("other"), "A", "2")], Token));
        Assert.Equal(first with { Value = "2" }, second);
        Assert.Equal([second], await Apps.GetVariablesAsync(_id, Token));
    }

    [Fact]
    public async Task Variable_GivenTwiceInOneCall_TakesTheLastValue()
    {
        var stored = await Apps.SetVariablesAsync(_id, [new(new VariableId("v-1"), "A", "1"), new(new VariableId("v-2"), "A", "2")], Token);
        Assert.Equal("2", Assert.Single(stored).Value);
    }

    [Fact]
    public async Task Variables_Deleted_AreReturnedWithTheirValues()
    {
        var stored = await SetAsync(("A", "1"), ("B", "2"));
        var deleted = await Apps.DeleteVariablesAsync(_id, [stored[0].Id, new VariableId("unknown"), stored[0].Id], Token);
        Assert.Equal([stored[0]], deleted);
        Assert.Equal([stored[1]], await Apps.GetVariablesAsync(_id, Token));
    }

    [Fact]
    public async Task Variable_OfAnotherApp_IsNeitherSeenNorDeleted()
    {
        await Apps.AddAsync(Samples.App("bobs-app", "us-bob"), Token);
        var mine = await SetAsync(("A", "1"));
        Assert.Empty(await Apps.GetVariablesAsync(new AppId("ap-bobs-app"), Token));
        Assert.Empty(await Apps.DeleteVariablesAsync(new AppId("ap-bobs-app"), [mine[0].Id], Token));
        Assert.Equal(mine, await Apps.GetVariablesAsync(_id, Token));
    }

    [Fact]
    public async Task Variables_AfterRestart_AreStillReadable()
    {
        await SetAsync(("SECRET", "s3cr3t"));
        await RestartAsync();
        Assert.Equal("s3cr3t", Assert.Single(await Apps.GetVariablesAsync(_id, Token)).Value);
    }

    private Task<IReadOnlyList<Variable>> SetAsync(params (string Name, string Value)[] variables) =>
        Apps.SetVariablesAsync(_id, [.. variables.Select(v => new Variable(new VariableId($"v-{v.Name}"), v.Name, v.Value))], Token);
}
