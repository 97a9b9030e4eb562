using Gantry.Domain.Deployments;
using static Gantry.Domain.Deployments.DeploymentStatus;

namespace Gantry.Domain.Tests.Deployments;

public sealed class DeploymentStatusTests
{
    [Theory]
    [InlineData(Queued, "queued", false)]
    [InlineData(Building, "building", false)]
    [InlineData(Pushing, "pushing", false)]
    [InlineData(Starting, "starting", false)]
    [InlineData(Success, "success", true)]
    [InlineData(BuildError, "build-error", true)]
    [InlineData(CrashedError, "crashed-error", true)]
    [InlineData(TimeoutError, "timeout-error", true)]
    [InlineData(HookError, "hook-error", true)]
    [InlineData(Aborted, "aborted", true)]
    public void Status_OnTheWire_HasItsDocumentedName(DeploymentStatus status, string wire, bool finished)
    {
        Assert.Equal(wire, status.ToWire());
        Assert.Equal(finished, status.IsFinished());
    }

    [Theory]
    [InlineData(Queued, Building)]
    [InlineData(Queued, Starting)]
    [InlineData(Queued, Aborted)]
    [InlineData(Building, BuildError)]
    [InlineData(Pushing, Aborted)]
    [InlineData(Starting, Success)]
    [InlineData(Starting, HookError)]
    public void Status_Forward_IsAllowed(DeploymentStatus from, DeploymentStatus to) => Assert.True(from.CanBecome(to));

    [Theory]
    [InlineData(Building, Queued)]
    [InlineData(Starting, Building)]
    [InlineData(Building, Building)]
    public void Status_BackOrToItself_IsNotAllowed(DeploymentStatus from, DeploymentStatus to) => Assert.False(from.CanBecome(to));

    [Fact]
    public void Status_Finished_NeverChanges()
    {
        var all = Enum.GetValues<DeploymentStatus>();
        Assert.All(all.Where(s => s.IsFinished()), from => Assert.DoesNotContain(all, to => from.CanBecome(to)));
    }
}
