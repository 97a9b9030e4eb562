namespace Gantry.Architecture.Tests;

/// <summary>Arrows between rooms go down only.</summary>
public sealed class DirectionTests
{
    /// <summary>What each room may refer to. A new arrow is a decision: it is made here, in review.</summary>
    private static readonly Dictionary<string, string[]> _allowed = new()
    {
        ["Gantry.Domain"] = [],
        ["Gantry.Scheduling"] = ["Gantry.Domain"],
        ["Gantry.Contracts"] = [],
        ["Gantry.Linux"] = [],
        ["Gantry.Coordination"] = [],
        ["Gantry.Store"] = ["Gantry.Coordination", "Gantry.Domain"],
        ["Gantry.Bus"] = ["Gantry.Domain"],
        ["Gantry.Router"] = ["Gantry.Domain"],
        ["Gantry.Supervisor"] = ["Gantry.Linux"],
        ["Gantry.Agent"] = ["Gantry.Bus", "Gantry.Contracts", "Gantry.Coordination", "Gantry.Domain", "Gantry.Linux", "Gantry.Store"],
        ["Gantry.Build"] = ["Gantry.Agent", "Gantry.Domain", "Gantry.Linux", "Gantry.Store"],
        ["Gantry.Control"] =
        [
            "Gantry.Agent", "Gantry.Build", "Gantry.Bus", "Gantry.Contracts", "Gantry.Coordination", "Gantry.Domain", "Gantry.Router", "Gantry.Scheduling",
            "Gantry.Store",
        ],
        ["Gantry.Api"] = ["Gantry.Agent", "Gantry.Build", "Gantry.Bus", "Gantry.Contracts", "Gantry.Control", "Gantry.Domain", "Gantry.Store"],
        ["Gantry.Dashboard"] = ["Gantry.Contracts"],
        ["Gantry.Cli"] = ["Gantry.Contracts"],
        ["Gantry.Lab"] = ["Gantry.Domain", "Gantry.Scheduling"],
        ["Gantry.Server"] =
        [
            "Gantry.Agent", "Gantry.Api", "Gantry.Build", "Gantry.Bus", "Gantry.Contracts", "Gantry.Control", "Gantry.Coordination",
            "Gantry.Dashboard", "Gantry.Domain", "Gantry.Linux", "Gantry.Router", "Gantry.Scheduling", "Gantry.Store", "Gantry.Supervisor",
        ],
    };

    [Fact]
    public void Rooms_OnDisk_AreThoseOfTheDesign() => Rule.Holds(
        from room in SourceTree.Rooms
        where !_allowed.ContainsKey(room.Name)
        select $"{room} is not a room of the design: give it a place here, or make it a folder of another.");

    [Fact]
    public void Rooms_ThatExist_AreNotEmpty() => Rule.Holds(
        from room in SourceTree.Rooms
        where !SourceTree.Sources.Any(f => f.Path.StartsWith($"src/{room.Name}/", StringComparison.Ordinal))
        select $"{room} has no code.");

    [Fact]
    public void References_OfARoom_PointDownOnly() => Rule.Holds(
        from room in SourceTree.Rooms
        from reference in room.References
        where !_allowed.GetValueOrDefault(room.Name, []).Contains(reference)
        select $"{room} must not refer to {reference}.");

    [Theory]
    [InlineData("Gantry.Domain")]
    [InlineData("Gantry.Scheduling")]
    public void PureRoom_ThatExists_HasNoPackagesAndItsBansWired(string name) =>
        Assert.All(SourceTree.Rooms.Where(r => r.Name == name), room =>
        {
            Assert.Equal(["Microsoft.CodeAnalysis.BannedApiAnalyzers"], room.Packages);
            Assert.Empty(room.Includes("FrameworkReference"));
            Assert.Contains("BannedSymbols.txt", room.Includes("AdditionalFiles"));
        });
}
