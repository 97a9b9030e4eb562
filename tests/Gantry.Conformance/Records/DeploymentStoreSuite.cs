using Gantry.Domain;
using Gantry.Domain.Deployments;
using Xunit;

namespace Gantry.Conformance.Records;

/// <summary>Contract of the deployments and their output of <see cref="Store.Records.IDeploymentStore"/>.</summary>
public abstract class DeploymentStoreSuite : RecordSuite
{
    private static readonly DeploymentId _id = new("d-1");

    [Fact]
    public async Task Deployment_Stored_ComesBackWhole()
    {
        await Deployments.AddAsync(Samples.Deployment(), Token);
        Assert.Equal(Samples.Deployment(), await Deployments.FindAsync(_id, Token));
        Assert.Null(await Deployments.FindAsync(new DeploymentId("d-2"), Token));
    }

    [Fact]
    public async Task Deployments_Paged_AreNewestFirstWithTheirTotal()
    {
        for (var i = 1; i <= 5; i++)
            await Deployments.AddAsync(Samples.Deployment($"d-{i}") with { CreatedAt = Samples.Now.AddMinutes(i / 3) }, Token);
        var (page, total) = await Deployments.ListAsync(Samples.App().Id, 2, 2, Token);
        Assert.Equal(["d-3", "d-2"], page.Select(d => d.Id.Value));
        Assert.Equal(5, total);
        Assert.Equal(["d-1"], (await Deployments.ListAsync(Samples.App().Id, 3, 2, Token)).Page.Select(d => d.Id.Value));
        Assert.Empty((await Deployments.ListAsync(Samples.App().Id, 4, 2, Token)).Page);
        Assert.Equal(0, (await Deployments.ListAsync(new AppId("ap-none"), 1, 2, Token)).Total);
    }

    [Fact]
    public async Task UnfinishedDeployments_Listed_AreOldestFirst()
    {
        foreach (var status in Enum.GetValues<DeploymentStatus>())
            await Deployments.AddAsync(Samples.Deployment($"d-{status}") with { Status = status }, Token);
        Assert.Equal(
            ["d-Queued", "d-Building", "d-Pushing", "d-Starting"],
            (await Deployments.ListUnfinishedAsync(Token)).Select(d => d.Id.Value));
    }

    [Fact]
    public async Task Deployment_MovedForward_IsChanged()
    {
        await Deployments.AddAsync(Samples.Deployment(), Token);
        var changed = await Deployments.UpdateAsync(_id, d => d with { Status = DeploymentStatus.BuildError, FailureReason = "npm failed", ImageId = null }, Token);
        Assert.Equal(changed, await Deployments.FindAsync(_id, Token));
        Assert.Equal((DeploymentStatus.BuildError, "npm failed", null), (changed!.Status, changed.FailureReason, changed.ImageId));
        Assert.Null(await Deployments.UpdateAsync(new DeploymentId("d-2"), d => d, Token));
    }

    [Theory]
    [InlineData(DeploymentStatus.Starting, DeploymentStatus.Building)]
    [InlineData(DeploymentStatus.Success, DeploymentStatus.Aborted)]
    [InlineData(DeploymentStatus.Aborted, DeploymentStatus.Success)]
    public async Task Deployment_MovedBackOrAfterItsEnd_StaysAsItWas(DeploymentStatus from, DeploymentStatus to)
    {
        var stored = Samples.Deployment() with { Status = from };
        await Deployments.AddAsync(stored, Token);
        Assert.Equal(stored, await Deployments.UpdateAsync(_id, d => d with { Status = to, FailureReason = "late" }, Token));
        Assert.Equal(stored, await Deployments.FindAsync(_id, Token));
    }

    [Fact]
    public async Task Deployment_ChangedWithoutItsStatus_IsChangedEvenWhenFinished()
    {
        await Deployments.AddAsync(Samples.Deployment() with { Status = DeploymentStatus.Success }, Token);
        await Deployments.UpdateAsync(_id, d => d with { ImageId = null }, Token);
        Assert.Null((await Deployments.FindAsync(_id, Token))!.ImageId);
    }

    [Fact]
    public async Task Output_Appended_TellsWhereItStarts()
    {
        await Deployments.AddAsync(Samples.Deployment(), Token);
        Assert.Equal(0, await Deployments.AppendOutputAsync(_id, "-----> é☃\n", Token));
        Assert.Equal(10, await Deployments.AppendOutputAsync(_id, "", Token));
        Assert.Equal(10, await Deployments.AppendOutputAsync(_id, "second 😀\n", Token));
        Assert.Equal(20, await Deployments.AppendOutputAsync(_id, "\0", Token));
        Assert.Equal("-----> é☃\nsecond 😀\n\0", await Deployments.ReadOutputAsync(_id, 0, Token));
    }

    [Theory]
    [InlineData(0, "abcdefghi")]
    [InlineData(2, "cdefghi")]
    [InlineData(3, "defghi")]
    [InlineData(8, "i")]
    [InlineData(9, "")]
    [InlineData(1000, "")]
    public async Task Output_ReadFromOffset_IsWhatFollows(long offset, string expected)
    {
        await Deployments.AddAsync(Samples.Deployment(), Token);
        foreach (var text in (string[])["abc", "def", "ghi"])
            await Deployments.AppendOutputAsync(_id, text, Token);
        Assert.Equal(expected, await Deployments.ReadOutputAsync(_id, offset, Token));
    }

    [Fact]
    public async Task Output_OfDeploymentsThatWroteNothingOrDoNotExist_IsEmptyOrNull()
    {
        await Deployments.AddAsync(Samples.Deployment(), Token);
        Assert.Equal("", await Deployments.ReadOutputAsync(_id, 0, Token));
        Assert.Null(await Deployments.ReadOutputAsync(new DeploymentId("d-2"), 0, Token));
    }

    [Fact]
    public async Task Output_AppendedByManyAtOnce_LosesNothing()
    {
        await Deployments.AddAsync(Samples.Deployment(), Token);
        var starts = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => Deployments.AppendOutputAsync(_id, "0123456789", Token))));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => i * 10L), starts.Order());
        Assert.Equal(1000, (await Deployments.ReadOutputAsync(_id, 0, Token))!.Length);
    }

    [Fact]
    public async Task Outputs_Pruned_GiveWayToANoticeButForTheNewestAndTheUnfinished()
    {
        for (var i = 1; i <= 4; i++)
        {
            var status = i == 1 ? DeploymentStatus.Queued : DeploymentStatus.Success;
            await Deployments.AddAsync(Samples.Deployment($"d-{i}") with { Status = status, CreatedAt = Samples.Now.AddMinutes(i) }, Token);
            foreach (var text in (string[])["abc", "def", "ghi"])
                await Deployments.AppendOutputAsync(new DeploymentId($"d-{i}"), text, Token);
        }

        foreach (var notice in (string[])["gone", "gone again"])
            await Deployments.PruneOutputsAsync(2, notice, Token);

        var outputs = await Task.WhenAll(Enumerable.Range(1, 4).Select(i => Deployments.ReadOutputAsync(new DeploymentId($"d-{i}"), 0, Token)));
        Assert.Equal(["abcdefghi", "gone", "abcdefghi", "abcdefghi"], outputs);
        Assert.Equal("e", await Deployments.ReadOutputAsync(new DeploymentId("d-2"), 3, Token));
    }
}
