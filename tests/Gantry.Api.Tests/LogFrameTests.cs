using System.Buffers;
using System.Text;
using System.Text.Json;
using Gantry.Agent.Logs;
using Gantry.Api.Logs;
using Gantry.Contracts.V1;

namespace Gantry.Api.Tests;

public sealed class LogFrameTests
{
    private static readonly DateTimeOffset At = new(2026, 2, 16, 2, 2, 43, TimeSpan.Zero);

    [Theory]
    [InlineData("plain", 0)]
    [InlineData("", 9301630)]
    [InlineData("{\"a\":\"b\\\\c\"} <b>&'+`", 1)]
    [InlineData("für 🚀 \u20ac\ttab \u001b[31mred\u001b[0m", 1000)]
    public void Frame_OfALine_IsWhatTheSerializerMakes(string text, int ticks)
    {
        var line = new LogLine(At.AddTicks(ticks), "web-1", text) { Position = new LogPosition("web-1.ct-1", 0, 2, 12, 2) };
        var batch = new LogBatch();
        batch.Add(line);

        foreach (var withPosition in new[] { false, true })
        {
            var written = new ArrayBufferWriter<byte>();
            LogFrames.Write(batch[0], withPosition, written);
            var frame = new LogFrame("log", LogLineFormat.Format(line) + "\n", line.At, withPosition ? line.Position.ToString() : null);
            Assert.Equal(JsonSerializer.Serialize(frame, V1Json.Default.LogFrame), Encoding.UTF8.GetString(written.WrittenSpan));
        }
    }

    [Fact]
    public void Frame_OfTheLongestLine_HasRoom()
    {
        var batch = new LogBatch();
        batch.Add(new LogLine(At, new string('ü', 100), new string('\u001b', 64 << 10)));
        var written = new ArrayBufferWriter<byte>();
        LogFrames.Write(batch[0], true, written);

        Assert.EndsWith("\u001b\n", JsonDocument.Parse(written.WrittenMemory).RootElement.GetProperty("log").GetString(), StringComparison.Ordinal);
    }
}
