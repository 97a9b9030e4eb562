using Gantry.Lab.Bench;
using Gantry.Lab.Commands;
using Gantry.Lab.Data;
using Gantry.Lab.Roadef;

namespace Gantry.Lab.Tests;

public sealed class ScoreboardTests
{
    [Fact]
    public void Scoreboard_DataAbsent_SaysSoForEachGoalThatNeedsThem()
    {
        var folder = Directory.CreateTempSubdirectory("gantry-lab").FullName;
        try
        {
            var output = new StringWriter();
            new Scoreboard(new DataFolder(folder), new ScoreSettings { Seconds = 0.1, Containers = 400, ScaleHosts = 10, ScaleContainers = 600 }, new Progress(TextWriter.Null, false), output).Print();
            var rows = output.ToString().Trim().Split('\n').Skip(2).ToList();
            Assert.Equal(["S1", "S1", "S1", "S2", "S3", "S3", "S4", "S5", "S6", "S7", "S7", "S8", ""], rows.Select(r => r.Split('|')[1].Trim()));
            Assert.All(rows, r => Assert.Equal(8, r.Split('|').Length));
            foreach (var absent in new[] { "openb/openb_node_list_all_node.csv", "tianchi2018/semifinal_a.zip", "tianchi2018/preliminary_b.zip", "roadef2012/model_a1_1.txt", "planetlab/20110303.csv" })
                Assert.Contains(rows, r => r.Contains($"The workload {absent} is not in {folder}", StringComparison.Ordinal) && r.EndsWith("| not measured |", StringComparison.Ordinal));
            // How fast this machine is at this moment is no test's business, only that there is a figure and a verdict.
            Assert.Matches(@"\| [0-9,]+/s \|.*\| (reached|\*\*missed\*\*) \|$", rows[0]);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    [Fact]
    public void Scale_SmallCluster_FreesHostsAndMeasuresEachPart()
    {
        var result = ScaleBench.Run(12, 1000, 2);
        Assert.Equal(1000, result.Containers);
        Assert.Equal(12, result.Report.HostsBefore);
        Assert.True(result.Report.HostsAfter < 12, result.Report.ToString());
        Assert.Equal(result.Report.HostsAfter, result.Curve[^1].Hosts);
        // The memory is that of the whole process, in which other tests run too.
        Assert.True(result.PlaceMedianMicros > 0);
    }

    [Fact]
    public void Progress_NoTerminal_TellsEachPartOnce()
    {
        var error = new StringWriter();
        var progress = new Progress(error, false);
        foreach (var share in new[] { 0, 0.5, 1 }) progress.Report("S1", share);
        Assert.Equal("done: S1", error.ToString().Trim());
    }

    [Fact]
    public void RoadefPublished_Instances_HaveACost()
    {
        Assert.Equal(18, RoadefPublished.Instances.Count);
        Assert.Equal((3_344_186_858, 60), RoadefPublished.Of("b_1"));
        Assert.Null(RoadefPublished.Of("b_7"));
    }
}
