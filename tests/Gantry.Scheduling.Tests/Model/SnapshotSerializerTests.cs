using System.Text;
using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Profiles;

namespace Gantry.Scheduling.Tests.Model;

public sealed class SnapshotSerializerTests
{
    [Fact]
    public void Pass_Recorded_ReplaysByteForByte() => Clusters.Any.Sample(snapshot =>
    {
        var recorded = SnapshotSerializer.Write(snapshot);
        var read = SnapshotSerializer.ReadSnapshot(recorded).Value;
        Assert.Equal(recorded, SnapshotSerializer.Write(read));
        var plan = SnapshotSerializer.Write(Placer.Plan(snapshot).Value);
        Assert.Equal(plan, SnapshotSerializer.Write(Placer.Plan(read).Value));
        Assert.Equal(plan, SnapshotSerializer.Write(SnapshotSerializer.ReadPlan(plan).Value));
    }, iter: 2000);

    [Fact]
    public void Profile_Recorded_ComesBackWhole()
    {
        var container = Clusters.Container("c", "a", "h1") with
        {
            Profiles = [new ProfileSnapshot([0.1f, 2.5f]) { Daily = [1, 2], Pressure = 0.25 }, null],
            Requests = new RequestProfile(10, 20, 0.01, 0.02, 0.1, 1e-4, 2e-4),
        };
        var back = SnapshotSerializer.ReadSnapshot(SnapshotSerializer.Write(Clusters.Of(Clusters.Host("h1")) with { Containers = [container] })).Value.Containers[0];
        Assert.Equal(container.Profiles[0]!.Window, back.Profiles[0]!.Window);
        Assert.Equal([1f, 2f], back.Profiles[0]!.Daily);
        Assert.Equal(0.25, back.Profiles[0]!.Pressure);
        Assert.Null(back.Profiles[1]);
        Assert.Equal(container.Requests, back.Requests);
    }

    [Theory]
    [InlineData("", "can't be read")]
    [InlineData("null", "is empty")]
    [InlineData("{\"version\":99}", "version 99, this program reads 2")]
    [InlineData("{\"version\":2,\"hosts\":[{\"id\":3}]}", "can't be read")]
    public void Snapshot_NotOurs_IsRefusedWithTheCause(string json, string cause) =>
        Assert.Contains(cause, SnapshotSerializer.ReadSnapshot(Encoding.UTF8.GetBytes(json)).Refusal!.Message);
}
