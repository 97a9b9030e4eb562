using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace Gantry.Api.Attach;

/// <summary>The head of an attach connection.</summary>
internal sealed record AttachRequest(string ContainerId, string? Authorization)
{
    private const int MaxHead = 32 * 1024;
    private static readonly byte[] End = "\r\n\r\n"u8.ToArray();

    /// <summary>Reads up to the empty line and no further; null when there is none or the address is not an attach address.</summary>
    public static async Task<AttachRequest?> ReadAsync(PipeReader input, CancellationToken token)
    {
        while (true)
        {
            var result = await input.ReadAsync(token);
            if (FindEnd(result.Buffer) is { } end)
            {
                var head = Encoding.Latin1.GetString(result.Buffer.Slice(0, end));
                input.AdvanceTo(end);
                return Parse(head);
            }

            input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (result.IsCompleted || result.Buffer.Length > MaxHead)
                return null;
        }
    }

    private static SequencePosition? FindEnd(ReadOnlySequence<byte> buffer)
    {
        var reader = new SequenceReader<byte>(buffer);
        return reader.TryReadTo(out ReadOnlySequence<byte> _, End, advancePastDelimiter: true) ? reader.Position : null;
    }

    private static AttachRequest? Parse(string head)
    {
        var lines = head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var target = lines[0].Split(' ') is [_, var second, ..] ? second : "";
        if (Uri.TryCreate(target, UriKind.Absolute, out var url) && url.Scheme.StartsWith("http", StringComparison.Ordinal))
            target = url.AbsolutePath;
        var path = target.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries);
        return path is [.., "attach", var id] ? new AttachRequest(id, Header(lines, "Authorization")) : null;
    }

    private static string? Header(string[] lines, string name) => lines.Skip(1)
        .Select(l => l.Split(':', 2))
        .FirstOrDefault(p => p.Length == 2 && p[0].Equals(name, StringComparison.OrdinalIgnoreCase))?[1].Trim();
}
