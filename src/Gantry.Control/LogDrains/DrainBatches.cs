using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Gantry.Agent.Logs;

namespace Gantry.Control.LogDrains;

/// <summary>Gathers lines: whatever has come while the batch before was sent, within bounds.</summary>
internal static class DrainBatches
{
    public static async IAsyncEnumerable<IReadOnlyList<LogLine>> Of(
        IAsyncEnumerable<LogLine> lines, int maxLines, int maxBytes, [EnumeratorCancellation] CancellationToken token)
    {
        // The bound is what makes a slow receiver slow down the reading, and nothing else.
        var queue = Channel.CreateBounded<LogLine>(new BoundedChannelOptions(maxLines) { SingleReader = true, SingleWriter = true });
        var reading = ReadAsync(lines, queue.Writer, token);
        while (await queue.Reader.WaitToReadAsync(token))
        {
            var batch = new List<LogLine>();
            for (var bytes = 0; batch.Count < maxLines && bytes < maxBytes && queue.Reader.TryRead(out var line); bytes += line.Text.Length) batch.Add(line);
            yield return batch;
        }
        await reading;
    }

    private static async Task ReadAsync(IAsyncEnumerable<LogLine> lines, ChannelWriter<LogLine> queue, CancellationToken token)
    {
        try
        {
            await foreach (var line in lines.WithCancellation(token)) await queue.WriteAsync(line, token);
            queue.Complete();
        }
        catch (Exception e)
        {
            queue.Complete(e);
        }
    }
}
