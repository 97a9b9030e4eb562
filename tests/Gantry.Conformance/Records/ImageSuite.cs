using Gantry.Domain;
using Gantry.Domain.Images;
using Xunit;

namespace Gantry.Conformance.Records;

/// <summary>Contract of the images and stacks of <see cref="Store.Records.IDeploymentStore"/>.</summary>
public abstract class ImageSuite : RecordSuite
{
    [Fact]
    public async Task Image_Stored_ComesBackWholeWithItsTypesInOrder()
    {
        await Deployments.AddImageAsync(Samples.Image(), Token);
        var stored = await Deployments.FindImageAsync(new ImageId("im-1"), Token);
        Assert.Equivalent(Samples.Image(), stored, strict: true);
        Assert.Equal(["web", "clock"], stored!.ProcessTypes.Keys);
        Assert.Null(await Deployments.FindImageAsync(new ImageId("im-2"), Token));
    }

    [Fact]
    public async Task Images_Listed_AreNewestFirst()
    {
        await Apps.AddAsync(Samples.App("bobs-app", "us-bob"), Token);
        await Deployments.AddImageAsync(Samples.Image("im-1"), Token);
        await Deployments.AddImageAsync(Samples.Image("im-2") with { CreatedAt = Samples.Now.AddDays(1) }, Token);
        await Deployments.AddImageAsync(Samples.Image("im-3", "ap-bobs-app"), Token);
        Assert.Equal(["im-2", "im-1"], (await Deployments.ListImagesAsync(Samples.App().Id, Token)).Select(i => i.Id.Value));
        Assert.Equal(3, (await Deployments.ListAllImagesAsync(Token)).Count);
    }

    [Fact]
    public async Task Image_Deleted_IsGone()
    {
        await Deployments.AddImageAsync(Samples.Image(), Token);
        await Deployments.DeleteImageAsync(new ImageId("im-1"), Token);
        await Deployments.DeleteImageAsync(new ImageId("im-1"), Token);
        Assert.Null(await Deployments.FindImageAsync(new ImageId("im-1"), Token));
    }

    [Fact]
    public async Task Stack_PutAgain_IsReplacedAndKeepsItsId()
    {
        await Deployments.PutStackAsync(Samples.Stack(), Token);
        Assert.Equal([Samples.Stack()], await Deployments.ListStacksAsync(Token));
        await Deployments.PutStackAsync(Samples.Stack() with { Id = new StackId("st-new"), RunDigest = Samples.Digest('e'), DeprecatedAt = null }, Token);
        Assert.Equal([Samples.Stack() with { RunDigest = Samples.Digest('e'), DeprecatedAt = null }], await Deployments.ListStacksAsync(Token));
    }

    [Fact]
    public async Task Stack_PutAsDefault_TakesItFromTheOther()
    {
        await Deployments.PutStackAsync(Samples.Stack("gantry-12"), Token);
        await Deployments.PutStackAsync(Samples.Stack("gantry-13"), Token);
        await Deployments.PutStackAsync(Samples.Stack("gantry-11", isDefault: false), Token);
        Assert.Equal("gantry-13", Assert.Single(await Deployments.ListStacksAsync(Token), s => s.IsDefault).Name);
    }
}
