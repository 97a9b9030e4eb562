using System.Collections;
using System.Text;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Model;

/// <summary>What is written is what is read, for every property of every type of the model, and nothing else is taken for it.</summary>
public sealed class RecordedTests
{
    private static readonly ClusterSnapshot _snapshot = Filled.Of<ClusterSnapshot>() with { Version = ClusterSnapshot.CurrentVersion };

    private static readonly Plan _plan = Filled.Of<Plan>() with { Version = ClusterSnapshot.CurrentVersion };

    [Fact]
    public void Snapshot_EveryPropertyOfEveryType_ComesBack()
    {
        var canonical = _snapshot.Canonical();
        var back = SnapshotSerializer.ReadSnapshot(SnapshotSerializer.Write(_snapshot)).Value;
        Assert.Equal(Filled.Values(canonical), Filled.Values(back));
        // Nothing that was made is a default that would come back by itself.
        Assert.DoesNotContain(Filled.Values(canonical), v => v.EndsWith(" = ", StringComparison.Ordinal) || v.EndsWith(" = 0", StringComparison.Ordinal) || v.EndsWith("is empty", StringComparison.Ordinal));
    }

    [Fact]
    public void Plan_EveryPropertyOfEveryType_ComesBack() =>
        Assert.Equal(Filled.Values(_plan), Filled.Values(SnapshotSerializer.ReadPlan(SnapshotSerializer.Write(_plan)).Value));

    /// <summary>Lists that are sets: the other order is the same cluster. The order of resources, amounts, samples and new ids means something.</summary>
    [Theory]
    [InlineData("Hosts", true)]
    [InlineData("Containers", true)]
    [InlineData("Pending", true)]
    [InlineData("Interference", true)]
    [InlineData("Policy.Overcommit", true)]
    [InlineData("Policy.Rankers", true)]
    [InlineData("Hosts.Images", true)]
    [InlineData("Hosts.Volumes", true)]
    [InlineData("Hosts.Labels", true)]
    [InlineData("Containers.Constraints.Labels", true)]
    [InlineData("Containers.Constraints.Zones", true)]
    [InlineData("Containers.Constraints.Classes", true)]
    [InlineData("Pending.Constraints.Labels", true)]
    [InlineData("Pending.Constraints.Zones", true)]
    [InlineData("Pending.Constraints.Classes", true)]
    [InlineData("Resources", false)]
    [InlineData("NewIds", false)]
    [InlineData("Hosts.Capacity", false)]
    [InlineData("Containers.Limits", false)]
    [InlineData("Containers.Profiles", false)]
    [InlineData("Containers.Profiles.Window", false)]
    [InlineData("Containers.Profiles.Daily", false)]
    [InlineData("Pending.Limits", false)]
    public void List_InTheOtherOrder_IsTheSameWhereOrderMeansNothing(string list, bool same)
    {
        var turned = (ClusterSnapshot)Turned(_snapshot, list.Split('.'));
        Assert.NotEqual(Filled.Values(_snapshot), Filled.Values(turned));
        Assert.Equal(same, SnapshotSerializer.Write(_snapshot).SequenceEqual(SnapshotSerializer.Write(turned)));
    }

    [Fact]
    public void Canonical_OfACanonicalSnapshot_IsItself() =>
        Assert.Equal(Filled.Values(_snapshot.Canonical()), Filled.Values(_snapshot.Canonical().Canonical()));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    public void Version_OfAnotherProgram_IsRefusedByName(int version)
    {
        var cause = $"has version {version}, this program reads 2. Use the program that wrote it, or export it again.";
        Assert.EndsWith(cause, SnapshotSerializer.ReadSnapshot(SnapshotSerializer.Write(_snapshot with { Version = version })).Refusal!.Message);
        Assert.EndsWith(cause, SnapshotSerializer.ReadPlan(SnapshotSerializer.Write(_plan with { Version = version })).Refusal!.Message);
    }

    /// <summary>Half a file, another format, and null where a list, an id or a part belongs: all are refused, none is a crash later.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{\"version\":2,\"hosts\":")]
    [InlineData("{\"version\":2,\"hosts\":null}")]
    [InlineData("{\"version\":2,\"policy\":null}")]
    [InlineData("{\"version\":2,\"containers\":null}")]
    [InlineData("{\"version\":2,\"hosts\":[null]}")]
    [InlineData("{\"version\":2,\"hosts\":[{\"capacity\":[1,1]}]}")]
    [InlineData("{\"version\":2,\"hosts\":[{\"id\":null,\"capacity\":[1,1]}]}")]
    [InlineData("{\"version\":2,\"hosts\":[{\"id\":\"h\"}]}")]
    [InlineData("{\"version\":2,\"hosts\":[{\"id\":\"h\",\"capacity\":[1.5,1]}]}")]
    [InlineData("{\"version\":2,\"hosts\":[{\"id\":\"h\",\"capacity\":[1,1],\"state\":\"asleep\"}]}")]
    [InlineData("{\"version\":2,\"hosts\":[{\"id\":\"h\",\"capacity\":[1,1],\"labels\":null}]}")]
    [InlineData("{\"version\":2,\"resources\":[null]}")]
    [InlineData("{\"version\":2,\"pending\":[{\"id\":\"r\",\"app\":\"a\",\"count\":1,\"limits\":[1,1],\"constraints\":null}]}")]
    [InlineData("{\"version\":2,\"containers\":[{\"id\":\"c\",\"app\":\"a\",\"host\":\"h\",\"limits\":[1,1],\"profiles\":[{\"window\":null},null]}]}")]
    public void Snapshot_ThatIsNone_IsRefusedAndSaysSo(string json)
    {
        var refusal = SnapshotSerializer.ReadSnapshot(Encoding.UTF8.GetBytes(json)).Refusal;
        Assert.NotNull(refusal);
        Assert.StartsWith("The recorded snapshot ", refusal.Message);
        Assert.EndsWith("Export it again.", refusal.Message);
    }

    /// <summary>The reader takes "NaN" for a number; the rules do not.</summary>
    [Fact]
    public void Sample_ThatIsNoNumber_IsRefusedByThePass()
    {
        const string json = "{\"version\":2,\"containers\":[{\"id\":\"c\",\"app\":\"a\",\"host\":\"h\",\"limits\":[1,1],\"profiles\":[{\"window\":[\"NaN\"]},null]}]}";
        Assert.Contains("not a number", SnapshotRules.Check(SnapshotSerializer.ReadSnapshot(Encoding.UTF8.GetBytes(json)).Value)!.Message);
    }

    [Theory]
    [InlineData("{\"version\":2,\"waves\":null}")]
    [InlineData("{\"version\":2,\"waves\":[{\"moves\":null,\"estimatedSeconds\":1}]}")]
    [InlineData("{\"version\":2,\"placements\":[{\"request\":null}]}")]
    public void Plan_ThatIsNone_IsRefusedAndSaysSo(string json) =>
        Assert.StartsWith("The recorded plan can't be read", SnapshotSerializer.ReadPlan(Encoding.UTF8.GetBytes(json)).Refusal!.Message);

    /// <summary>Bytes cut off anywhere are no snapshot: a disk that was full is found out.</summary>
    [Fact]
    public void Snapshot_CutOffAnywhere_IsRefused()
    {
        var whole = SnapshotSerializer.Write(_snapshot);
        for (var length = 0; length < whole.Length; length += 7)
            Assert.False(SnapshotSerializer.ReadSnapshot(whole.AsSpan(0, length)).IsSuccess);
    }

    [Fact]
    public void Plan_WithoutAnythingToDo_IsEmptyWhateverItSays()
    {
        Assert.True(new Plan { Alarms = ["a"], Refusals = [new PlacementRefusal("r", 1, "")] }.IsEmpty);
        Assert.False(new Plan { Placements = _plan.Placements }.IsEmpty);
        Assert.False(new Plan { Evictions = _plan.Evictions }.IsEmpty);
        Assert.False(new Plan { Waves = _plan.Waves }.IsEmpty);
    }

    /// <summary>A copy of which the list at the path is reversed, in every item on the way.</summary>
    private static object Turned(object value, ReadOnlySpan<string> path)
    {
        if (value is IEnumerable and not IDictionary)
        {
            var items = ((IEnumerable)value).Cast<object>().ToArray();
            var copy = Array.CreateInstance(value.GetType().GetElementType()!, items.Length);
            for (var i = 0; i < items.Length; i++) copy.SetValue(Turned(items[i], path), i);
            return copy;
        }

        var property = value.GetType().GetProperty(path[0])!;
        var clone = value.GetType().GetMethod("<Clone>$")!.Invoke(value, null)!;
        var inner = property.GetValue(value)!;
        property.SetValue(clone, path.Length > 1 ? Turned(inner, path[1..]) : Reversed(inner));
        return clone;
    }

    private static object Reversed(object list)
    {
        if (list is IDictionary<string, string> labels) return labels.Reverse().ToDictionary();
        var items = ((IEnumerable)list).Cast<object>().Reverse().ToArray();
        var copy = Array.CreateInstance(list.GetType().GetElementType()!, items.Length);
        items.CopyTo(copy, 0);
        return copy;
    }
}
