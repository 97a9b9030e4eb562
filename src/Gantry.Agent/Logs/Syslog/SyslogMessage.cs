namespace Gantry.Agent.Logs.Syslog;

/// <summary>Finds the tag and the text of a message. Times and severities of senders are not used: a line has the time at which it came.</summary>
internal static class SyslogMessage
{
    /// <summary>Reads RFC 5424 (<c>&lt;13&gt;1 TIME HOST TAG PID ID [data] text</c>) or RFC 3164 (<c>&lt;13&gt;TIME HOST TAG[PID]: text</c>).</summary>
    public static bool TryParse(ReadOnlySpan<byte> message, out ReadOnlySpan<byte> tag, out ReadOnlySpan<byte> text)
    {
        tag = text = default;
        var close = message.IndexOf((byte)'>');
        if (message is not [(byte)'<', ..] || close is < 2 or > 4) return false;
        foreach (var digit in message[1..close])
            if (digit is < (byte)'0' or > (byte)'9') return false;
        message = message[(close + 1)..].TrimEnd("\n\0"u8);
        return message.StartsWith("1 "u8) ? TryParse5424(message[2..], out tag, out text) : TryParse3164(message, out tag, out text);
    }

    private static bool TryParse5424(ReadOnlySpan<byte> message, out ReadOnlySpan<byte> tag, out ReadOnlySpan<byte> text)
    {
        tag = text = default;
        for (var field = 0; field < 5; field++)
        {
            var space = message.IndexOf((byte)' ');
            if (space <= 0) return false;
            if (field == 2) tag = message[..space];
            message = message[(space + 1)..];
        }
        var data = DataLength(message);
        if (data <= 0) return false;
        text = message[data..];
        if (text is [(byte)' ', ..]) text = text[1..];
        if (text.StartsWith("\uFEFF"u8)) text = text[3..];
        return true;
    }

    /// <summary>Length of the structured data, <c>-</c> or <c>[id name="value"]…</c>; 0 when it is none.</summary>
    private static int DataLength(ReadOnlySpan<byte> message)
    {
        if (message is [(byte)'-', ..]) return 1;
        var at = 0;
        while (at < message.Length && message[at] == '[')
        {
            var quoted = false;
            for (at++; at < message.Length && (quoted || message[at] != ']'); at++)
            {
                if (message[at] == '"') quoted = !quoted;
                else if (quoted && message[at] == '\\') at++;
            }
            if (at++ >= message.Length) return 0;
        }
        return at;
    }

    /// <summary>Senders disagree on the time and leave out the host, so the tag is the word before the first colon that a space follows.</summary>
    private static bool TryParse3164(ReadOnlySpan<byte> message, out ReadOnlySpan<byte> tag, out ReadOnlySpan<byte> text)
    {
        tag = text = default;
        var colon = message.IndexOf(": "u8);
        if (colon < 0 && message is [.., (byte)':']) colon = message.Length - 1;
        if (colon <= 0) return false;
        tag = message[..colon];
        tag = tag[(tag.LastIndexOf((byte)' ') + 1)..];
        if (tag.IndexOf((byte)'[') is > 0 and var bracket) tag = tag[..bracket];
        text = message[Math.Min(colon + 2, message.Length)..];
        return !tag.IsEmpty;
    }
}
