using Gantry.Scheduling.Profiles;

namespace Gantry.Scheduling.Tests.Profiles;

/// <summary>What is held is measured of the whole process: nothing else runs meanwhile.</summary>
[CollectionDefinition("memory", DisableParallelization = true)]
[Collection("memory")]
public sealed class ProfileMemoryTests
{
    /// <summary>Two of them for each of a hundred thousand containers. Snapshots taken all along leave nothing of it behind but the last ones.</summary>
    [Fact]
    public void Memory_OfAProfileWithItsSnapshot_IsUnderTwoKilobytes()
    {
        const int Day = 86_400;
        var (kept, told) = (new ProfileState[2000], new ProfileSnapshot[2000]);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < kept.Length; i++)
        {
            kept[i] = new ProfileState(100);
            for (var t = 0; t < Day + 900; t += 100)
            {
                kept[i].Add(t, t % 70);
                told[i] = kept[i].ToSnapshot();
            }
        }

        Assert.InRange((GC.GetTotalMemory(forceFullCollection: true) - before) / kept.Length, 800, 2048);
        Assert.All(told, s => Assert.Equal((ProfileState.WindowSize, ProfileState.DayParts), (s.Window.Count, s.Daily.Count)));
        GC.KeepAlive(kept);
    }
}
