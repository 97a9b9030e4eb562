using System.Globalization;
using System.Text;

namespace Gantry.Api.Registry;

/// <summary>
/// Puts an app's layer, whose entries are named from <c>/app</c> on, below <c>app/</c>, as an image has it. Headers are
/// rewritten as bytes, since names need not be UTF-8; so the same layer gives the same bytes on every machine.
/// </summary>
/// <remarks>The layer is of the GNU format that <c>LayerPacker</c> writes: long names come in entries of their own.</remarks>
internal static class AppLayerTar
{
    private const int Block = 512;
    private const byte LongName = (byte)'L';
    private const byte LongLink = (byte)'K';
    private const byte HardLink = (byte)'1';
    private const byte Folder = (byte)'5';
    private const int ShortName = 100;

    public static async Task WriteAsync(Stream layer, Stream output, CancellationToken token)
    {
        await output.WriteAsync(FolderHeader(), token);
        var (header, longName, longLink) = (new byte[Block], default(byte[]), default(byte[]));
        while (await IsEntryAsync(layer, header, token))
        {
            var size = Number(header.AsSpan(124, 12));
            switch (header[156])
            {
                case LongName:
                    longName = await ReadNameAsync(layer, size, token);
                    continue;
                case LongLink:
                    longLink = await ReadNameAsync(layer, size, token);
                    continue;
                case (byte)'x' or (byte)'g' or (byte)'S':
                    throw new InvalidDataException($"The layer has an entry of the type '{(char)header[156]}', which no build of Gantry writes.");
            }

            await WriteHeaderAsync(header, longName ?? Text(header, 0), longLink ?? Text(header, 157), output, token);
            await CopyAsync(layer, output, Padded(size), token);
            (longName, longLink) = (null, null);
        }

        await output.WriteAsync(new byte[2 * Block], token);
    }

    /// <summary>False at the end of the archive, which is a block of zeros.</summary>
    private static async Task<bool> IsEntryAsync(Stream layer, byte[] header, CancellationToken token) =>
        await layer.ReadAtLeastAsync(header, Block, throwOnEndOfStream: false, token) == Block && header.AsSpan().ContainsAnyExcept((byte)0);

    private static async Task WriteHeaderAsync(byte[] header, byte[] name, byte[] link, Stream output, CancellationToken token)
    {
        name = Below(name);
        if (header[156] == HardLink)
            link = Below(link);
        if (link.Length > ShortName)
            await WriteLongAsync(LongLink, link, output, token);
        if (name.Length > ShortName)
            await WriteLongAsync(LongName, name, output, token);
        Put(header, 0, name);
        Put(header, 157, link);
        await output.WriteAsync(WithChecksum(header), token);
    }

    private static async Task WriteLongAsync(byte type, byte[] name, Stream output, CancellationToken token)
    {
        var entry = new byte[Block + Padded(name.Length + 1)];
        Put(entry, 0, "././@LongLink"u8);
        Fill(entry, type, 0, 0, name.Length + 1, 0);
        name.CopyTo(entry, Block);
        await output.WriteAsync(WithChecksum(entry), token);
    }

    /// <summary>/app itself, owned by the app's user.</summary>
    private static byte[] FolderHeader()
    {
        var header = new byte[Block];
        Put(header, 0, "app/"u8);
        Fill(header, Folder, 0x1ED, AppUser.Id, 0, AppUser.LayerDate);
        return WithChecksum(header);
    }

    private static void Fill(byte[] header, byte type, int mode, int owner, int size, long date)
    {
        PutNumber(header, 100, 8, mode);
        PutNumber(header, 108, 8, owner);
        PutNumber(header, 116, 8, owner);
        PutNumber(header, 124, 12, size);
        PutNumber(header, 136, 12, date);
        header[156] = type;
        "ustar  "u8.CopyTo(header.AsSpan(257));
    }

    private static byte[] Below(byte[] name) => [.. "app/"u8, .. name];

    private static byte[] Text(byte[] header, int offset)
    {
        var field = header.AsSpan(offset, ShortName);
        var end = field.IndexOf((byte)0);
        return (end < 0 ? field : field[..end]).ToArray();
    }

    private static void Put(byte[] header, int offset, ReadOnlySpan<byte> name)
    {
        header.AsSpan(offset, ShortName).Clear();
        name[..Math.Min(name.Length, ShortName)].CopyTo(header.AsSpan(offset));
    }

    private static void PutNumber(byte[] header, int offset, int width, long value) => Encoding.ASCII.GetBytes(
        Convert.ToString(value, 8).PadLeft(width - 1, '0'), header.AsSpan(offset, width - 1));

    /// <summary>The sum of all bytes, with the field itself as spaces.</summary>
    private static byte[] WithChecksum(byte[] header)
    {
        header.AsSpan(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var value in header.AsSpan(0, Block))
            sum += value;
        PutNumber(header, 148, 7, sum);
        header[154] = 0;
        return header;
    }

    /// <summary>Octal digits, or for large files a binary number marked by its first bit.</summary>
    private static long Number(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) == 0)
            return Convert.ToInt64(Encoding.ASCII.GetString(field).Trim('\0', ' ') is { Length: > 0 } digits ? digits : "0", 8);
        long value = 0;
        foreach (var part in field[4..])
            value = (value << 8) | part;
        return value;
    }

    private static long Padded(long size) => (size + Block - 1) / Block * Block;

    private static async Task<byte[]> ReadNameAsync(Stream layer, long size, CancellationToken token)
    {
        if (size is <= 1 or > 1 << 20)
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"The layer has a name of {size} bytes."));
        var padded = new byte[Padded(size)];
        await layer.ReadExactlyAsync(padded, token);
        return padded[..(int)(size - 1)];
    }

    private static async Task CopyAsync(Stream layer, Stream output, long bytes, CancellationToken token)
    {
        var buffer = new byte[Math.Min(bytes, 128 * 1024)];
        for (int read; bytes > 0; bytes -= read)
        {
            read = await layer.ReadAtLeastAsync(buffer.AsMemory(0, (int)Math.Min(bytes, buffer.Length)), 1, throwOnEndOfStream: true, token);
            await output.WriteAsync(buffer.AsMemory(0, read), token);
        }
    }
}

/// <summary>Who owns what is under <c>/app</c>, and the date that layers have.</summary>
internal static class AppUser
{
    public const int Id = 1000;
    public const long LayerDate = 315_532_800;
}
