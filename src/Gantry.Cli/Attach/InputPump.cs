namespace Gantry.Cli.Attach;

/// <summary>Carries stdin to the one-off; its end becomes the end-of-file key, for which the other side has a terminal.</summary>
internal static class InputPump
{
    private const byte EndOfTransmission = 0x04;

    public static async Task RunAsync(Stream input, Stream target, CancellationToken token)
    {
        var buffer = new byte[16 * 1024];
        byte last = (byte)'\n';
        for (int count; (count = await input.ReadAsync(buffer, token)) > 0; last = buffer[count - 1])
            await target.WriteAsync(buffer.AsMemory(0, count), token);
        // In the middle of a line, the first one only hands over what was typed; the second one means the end.
        byte[] end = last == '\n' ? [EndOfTransmission] : [EndOfTransmission, EndOfTransmission];
        await target.WriteAsync(end, token);
    }
}
