using System.Text;
using CsCheck;
using Gantry.Scheduling.Hotspots;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Tests.Repacking;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Model;

/// <summary>Records that were written by others, or cut and stained on the way: what can't be read is refused, what can is worked with, and none is a crash.</summary>
public sealed class DamagedRecordTests
{
    private static Gen<ClusterSnapshot> Any => Gen.OneOf(PlacementClusters.Measured, HotClusters.Any, RepackClusters.Any);

    /// <summary>Pieces that mean something to a reader of JSON.</summary>
    private static readonly string[] _pieces =
    [
        "null", "true", "{}", "[]", "\"\"", "\"\\ud800\"", "\"\\ud800\":1,", "-1", "1e999", "9223372036854775808", "0.5", "\"NaN\"", "\"Infinity\"", "{", "}", "[", "]", ",", ":", "\"",
        "\\", "\u0000", "//", "7", "\"ready\"", "\"version\":3,", "\"hosts\":[null],", "\"hosts\":null,", "[[[[[[[[", "\"state\":99,",
    ];

    [Fact]
    public void Snapshot_OfAnyCluster_ComesBackByteForByte() => Any.Sample(s =>
    {
        var bytes = SnapshotSerializer.Write(s);
        var back = SnapshotSerializer.ReadSnapshot(bytes).Value;
        Assert.Equal(bytes, SnapshotSerializer.Write(back));
        Assert.Equal(SnapshotRules.Check(s), SnapshotRules.Check(back));
    }, iter: 600);

    [Fact]
    public void Snapshot_Damaged_IsRefusedOrWorkedWith() => Gen.Select(Any, Gen.ULong).Sample((s, seed) =>
    {
        var damaged = Damaged(SnapshotSerializer.Write(s), new Draw(seed));
        var read = SnapshotSerializer.ReadSnapshot(damaged);
        if (!read.IsSuccess)
        {
            Assert.Equal("snapshot", read.Refusal!.Field);
            Assert.StartsWith("The recorded snapshot ", read.Refusal.Message);
            Assert.EndsWith("xport it again.", read.Refusal.Message);
            return;
        }

        var refusal = SnapshotRules.Check(read.Value);
        if (read.Value.Pending.Any(p => p.Count > 1000)) return;
        Assert.Equal(refusal, Placer.Plan(read.Value).Refusal);
        Assert.Equal(refusal, Sandpiper.Plan(read.Value).Refusal);
    }, iter: 3600);

    [Fact]
    public void Plan_Damaged_IsRefusedOrRead() => Gen.Select(PlacementClusters.Any, Gen.ULong).Sample((s, seed) =>
    {
        var damaged = Damaged(SnapshotSerializer.Write(Placer.Plan(s).Value), new Draw(seed));
        var read = SnapshotSerializer.ReadPlan(damaged);
        if (read.IsSuccess) Assert.NotEmpty(SnapshotSerializer.Write(read.Value));
        else Assert.EndsWith("xport it again.", read.Refusal!.Message);
    }, iter: 1800);

    /// <summary>One to three places are cut out, doubled, exchanged for a piece or have one put in.</summary>
    private static byte[] Damaged(byte[] whole, Draw d)
    {
        List<byte> bytes = [.. whole];
        for (var i = d.Int(1, 3); i > 0 && bytes.Count > 2; i--)
        {
            var at = d.Int(0, bytes.Count - 1);
            var length = Math.Min(d.Int(1, 12), bytes.Count - at);
            switch (d.Int(0, 3))
            {
                case 0:
                    bytes.RemoveRange(at, length);
                    break;
                case 1:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 2:
                    bytes[at] = (byte)d.Int(0, 255);
                    break;
                default:
                    // Where a value or a name begins: most of the others are no JSON any more.
                    while (at > 0 && bytes[at - 1] is not ((byte)':' or (byte)',' or (byte)'[' or (byte)'{')) at--;
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(d.Pick(_pieces)));
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>A name that is no text, of a field that nobody knows.</summary>
    [Theory]
    [InlineData("{\"version\":2,\"\\ud800\":1}")]
    [InlineData("{\"\\udfff\\ud800\":{\"a\":[null]},\"version\":2}")]
    [InlineData("{\"version\":2,\"hosts\":[{\"id\":\"h\",\"capacity\":[1,1],\"\\ud800\":null}]}")]
    public void Name_ThatIsNoText_IsNoCrash(string json)
    {
        var snapshot = SnapshotSerializer.ReadSnapshot(Encoding.UTF8.GetBytes(json));
        if (!snapshot.IsSuccess) Assert.StartsWith("The recorded snapshot ", snapshot.Refusal!.Message);
        var plan = SnapshotSerializer.ReadPlan(Encoding.UTF8.GetBytes(json));
        if (!plan.IsSuccess) Assert.StartsWith("The recorded plan ", plan.Refusal!.Message);
    }

    /// <summary>A state is one of the three that there are, by its name: a number could be anything, and would be taken for a host that is down.</summary>
    [Theory]
    [InlineData("\"ready\"", HostState.Ready)]
    [InlineData("\"draining\"", HostState.Draining)]
    [InlineData("\"down\"", HostState.Down)]
    [InlineData("\"Down\"", HostState.Down)]
    [InlineData("7", null)]
    [InlineData("-1", null)]
    [InlineData("\"7\"", null)]
    [InlineData("\"asleep\"", null)]
    [InlineData("\"\"", null)]
    public void State_OfAHost_IsOneByName(string state, HostState? read)
    {
        var json = $"{{\"version\":2,\"hosts\":[{{\"id\":\"h\",\"capacity\":[1,1],\"state\":{state}}}]}}";
        var snapshot = SnapshotSerializer.ReadSnapshot(Encoding.UTF8.GetBytes(json));
        Assert.Equal(read is not null, snapshot.IsSuccess);
        if (read is { } expected) Assert.Equal(expected, snapshot.Value.Hosts[0].State);
        else Assert.Contains("$.hosts[0].state", snapshot.Refusal!.Message);
    }

    /// <summary>Fields of a later program are passed over wherever they are, fields that are left out have what a new snapshot has, and names count in any case.</summary>
    [Fact]
    public void Fields_MoreAndFewer_AreReadAsFarAsTheyAreKnown()
    {
        const string Json = """
            {"colour":"blue","VERSION":2,"hosts":[{"id":"h","capacity":[8,9],"rack":{"row":[1,null]},"labels":{"a":"b"}}],
             "containers":[{"id":"c","app":"x","host":"h","limits":[1,1],"mood":null}],"policy":{"sampleSize":3,"later":[{}]}}
            """;
        var snapshot = SnapshotSerializer.ReadSnapshot(Encoding.UTF8.GetBytes(Json.Replace(",null]", "]", StringComparison.Ordinal))).Value;
        Assert.Equal(["cpu", "memory"], snapshot.Resources);
        Assert.Equal(("h", 9L, HostState.Ready, "b"), (snapshot.Hosts[0].Id, snapshot.Hosts[0].Capacity[1], snapshot.Hosts[0].State, snapshot.Hosts[0].Labels["a"]));
        Assert.Equal(("web", 1.0, true), (snapshot.Containers[0].Type, snapshot.Containers[0].BootSeconds, snapshot.Containers[0].Movable));
        Assert.Equal((3, "limits", 0.75), (snapshot.Policy.SampleSize, snapshot.Policy.Predictor, snapshot.Policy.Hotspots.Threshold));
        Assert.Null(SnapshotRules.Check(snapshot));
    }

    /// <summary>The version is looked at whatever else there is, and one that is missing is this one.</summary>
    [Theory]
    [InlineData("{}", true)]
    [InlineData("{\"version\":2}", true)]
    [InlineData("{\"version\":3}", false)]
    [InlineData("{\"version\":2147483647,\"hosts\":[]}", false)]
    [InlineData("{\"version\":2,\"version\":1}", false)]
    [InlineData("{\"version\":null}", false)]
    [InlineData("{\"version\":2.5}", false)]
    [InlineData("{\"version\":99999999999}", false)]
    public void Version_OfARecord_HasToBeThisOne(string json, bool reads)
    {
        Assert.Equal(reads, SnapshotSerializer.ReadSnapshot(Encoding.UTF8.GetBytes(json)).IsSuccess);
        Assert.Equal(reads, SnapshotSerializer.ReadPlan(Encoding.UTF8.GetBytes(json)).IsSuccess);
    }
}
