using Gantry.Domain.Containers;

namespace Gantry.Domain.Tests.Containers;

public sealed class ContainerTests
{
    [Theory]
    [InlineData("web", 1, "web-1", false)]
    [InlineData("one-off", 1234, "one-off-1234", true)]
    [InlineData("postdeploy", 7, "postdeploy-7", true)]
    public void Container_ShownToPeople_IsTypeAndIndex(string type, int index, string label, bool oneOff)
    {
        var container = new Container
        {
            Id = new ContainerId("c-1"), AppId = new AppId("ap-1"), DeploymentId = new DeploymentId("d-1"), ImageId = new ImageId("im-1"),
            Type = type, Index = index, Size = "M", Command = "x", CreatedAt = DateTimeOffset.UnixEpoch,
        };
        Assert.Equal((label, oneOff, true), (container.Label, container.IsOneOff, container.Wanted));
    }
}
