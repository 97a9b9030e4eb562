using System.Buffers;
using System.Text;
using Gantry.Agent.Logs;

namespace Gantry.Logs.Tests;

public sealed class LogBatchTests
{
    private static readonly DateTimeOffset At = new(2026, 2, 16, 2, 2, 43, TimeSpan.Zero);

    [Fact]
    public void Lines_GrownSortedAndDropped_StayWhatTheyWere()
    {
        var (batch, other) = (new LogBatch(), new LogBatch());
        for (var i = 0; i < 1000; i++)
            (i % 3 == 0 ? other : batch).Add(new LogLine(At.AddTicks(i / 10), $"web-{i}", $"Zeile {i} für 🚀") { Position = new LogPosition("web.c", 1, 2, 3, i), Missed = i });
        batch.Add(other);
        batch.SortByTime();
        batch.KeepLast(500);

        var expected = Enumerable.Range(0, 1000).OrderBy(i => (i / 10, i % 3 == 0)).TakeLast(500).ToList();
        var lines = batch.ToLines();
        Assert.Equal(expected, lines.Select(line => (int)line.Missed));
        Assert.All(lines, line => Assert.Equal(
            (At.AddTicks(line.Missed / 10), $"web-{line.Missed}", $"Zeile {line.Missed} für 🚀", new LogPosition("web.c", 1, 2, 3, line.Missed)),
            (line.At, line.Source, line.Text, line.Position)));
        batch.KeepFirst(2);
        Assert.Equal(2, batch.Count);
    }

    [Fact]
    public void Clear_AfterMuch_BeginsAnew()
    {
        var batch = new LogBatch();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < (round == 0 ? 5000 : 3); i++) batch.Add(new LogLine(At, "web-1", new string('x', 100) + i));
            Assert.Equal(new string('x', 100) + "2", batch.ToLines()[2].Text);
            batch.Clear();
            Assert.Equal(0, batch.Count);
        }
    }

    [Theory]
    [InlineData("text")]
    [InlineData("")]
    [InlineData("für 🚀\t\"<>&'+")]
    public void Write_Line_IsWhatFormatMakes(string text)
    {
        var line = new LogLine(At.AddTicks(9301631), "wörker-1", text) { Position = new LogPosition("wörker-1.c1", 4194304, 17, 4197000, -1) };
        var batch = new LogBatch();
        batch.Add(line);
        var written = new ArrayBufferWriter<byte>();
        LogLineFormat.Write(batch[0], written);
        Span<byte> position = stackalloc byte[line.Position.MostBytes];

        Assert.Equal(LogLineFormat.Format(line) + "\n", Encoding.UTF8.GetString(written.WrittenSpan));
        Assert.Equal(written.WrittenCount, LogLineFormat.Length(batch[0]));
        Assert.Equal(line.Position.ToString(), Encoding.UTF8.GetString(position[..line.Position.Write(position)]));
    }

    [Fact]
    public void IsClean_WhateverBytes_OnlyWhenCleaningChangesNothing()
    {
        var random = new Random(5);
        byte[][] pieces = [[.. "é🚀ab\t"u8], [0xC2, 0x85], [0xC2, 0xAB], [0x1b, (byte)'[', (byte)'m'], [0xFF], [0x7F], [.. "plain"u8], [0xE2, 0x82], [0]];
        var clean = 0;
        for (var i = 0; i < 20000; i++)
        {
            byte[] line = [.. Enumerable.Range(0, random.Next(1, 4)).SelectMany(_ => pieces[random.Next(pieces.Length)])];
            if (!LineText.IsClean(line)) continue;
            clean++;
            Assert.Equal(line, Encoding.UTF8.GetBytes(LineText.Clean(line)));
        }
        Assert.InRange(clean, 1000, 19000);
        Assert.True(LineText.IsClean([.. "grün 🚀\t"u8]));
    }
}
