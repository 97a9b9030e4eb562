using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Gantry.Agent.Logs;
using Gantry.Api.Http;
using Gantry.Contracts.V1;

namespace Gantry.Api.Logs;

/// <summary>
/// Frames of lines, byte for byte what the serializer makes of <see cref="LogFrame"/>, but made of bytes: a follower of a busy log gets a
/// million a second.
/// </summary>
internal static class LogFrames
{
    /// <summary>What a frame has besides source, text and position, and the most bytes that one byte becomes.</summary>
    private const int MostAround = 256, MostForOne = 6;
    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.Default;

    public static void Write(LogFrame frame, IBufferWriter<byte> into) => into.Write(JsonSerializer.SerializeToUtf8Bytes(frame, Wire<LogFrame>.Info));

    public static void Write(in LogLineView line, bool withPosition, IBufferWriter<byte> into)
    {
        Span<byte> time = stackalloc byte[28];
        line.At.UtcDateTime.TryFormat(time, out _, "O", CultureInfo.InvariantCulture);
        var target = into.GetSpan(MostAround + (MostForOne * (Encoding.UTF8.GetMaxByteCount(line.Source.Length) + line.Text.Length)) + line.Position.MostBytes);
        var at = 0;
        Add("{\"event\":\"log\",\"log\":\""u8, target, ref at);
        Add(time[..10], target, ref at);
        Add(" "u8, target, ref at);
        Add(time[11..27], target, ref at);
        Add("00 \\u002B0000 UTC ["u8, target, ref at);
        AddEscaped(line.Source, target, ref at);
        Add("] "u8, target, ref at);
        AddEscaped(line.Text, target, ref at);
        Add("\\n\",\"timestamp\":\""u8, target, ref at);
        Add(time[..27].TrimEnd((byte)'0').TrimEnd((byte)'.'), target, ref at);
        Add("+00:00\""u8, target, ref at);
        if (withPosition)
        {
            Add(",\"position\":\""u8, target, ref at);
            at += line.Position.Write(target[at..]);
            Add("\""u8, target, ref at);
        }

        Add("}"u8, target, ref at);
        into.Advance(at);
    }

    private static void Add(ReadOnlySpan<byte> text, Span<byte> target, ref int at)
    {
        text.CopyTo(target[at..]);
        at += text.Length;
    }

    private static void AddEscaped(string text, Span<byte> target, ref int at)
    {
        Span<byte> small = stackalloc byte[128];
        AddEscaped(Encoding.UTF8.TryGetBytes(text, small, out var length) ? small[..length] : Encoding.UTF8.GetBytes(text), target, ref at);
    }

    private static void AddEscaped(ReadOnlySpan<byte> text, Span<byte> target, ref int at)
    {
        var plain = Encoder.FindFirstCharacterToEncodeUtf8(text);
        Add(plain < 0 ? text : text[..plain], target, ref at);
        if (plain < 0) return;
        Encoder.EncodeUtf8(text[plain..], target[at..], out _, out var written);
        at += written;
    }
}
