using System.Formats.Tar;
using System.IO.Compression;
using ZstdSharp;

namespace Gantry.Build.Stacks;

/// <summary>Streams a root tar uncompressed, preceded by the folders it lacks.</summary>
internal static class RootTar
{
    private const UnixFileMode Everyone = (UnixFileMode)0x1ED; // 0755

    public static async Task WriteAsync(
        string path, RootContent content, HashCheck hash, IProgress<StackProgress>? progress, Stream output, CancellationToken token)
    {
        await WriteFoldersAsync(content.MissingFolders, output, token);
        await using var file = File.OpenRead(path);
        await using var plain = await DecompressAsync(file, token);
        var step = $"compressing {Path.GetFileName(path)}";
        var buffer = new byte[1 << 20];
        for (int read; (read = await plain.ReadAsync(buffer, token)) > 0;)
        {
            hash.Add(buffer.AsSpan(0, read));
            await output.WriteAsync(buffer.AsMemory(0, read), token);
            progress?.Report(new StackProgress(step, file.Position, file.Length));
        }
    }

    /// <summary>Entries without the end mark of an archive, so that another archive can follow.</summary>
    private static async Task WriteFoldersAsync(IReadOnlyList<string> folders, Stream output, CancellationToken token)
    {
        if (folders.Count == 0)
            return;
        var memory = new MemoryStream();
        await using (var writer = new TarWriter(memory, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var folder in folders)
                await writer.WriteEntryAsync(new UstarTarEntry(TarEntryType.Directory, folder + "/") { Mode = Everyone, ModificationTime = DateTimeOffset.UnixEpoch }, token);
            memory.SetLength(memory.Position);
        }

        await output.WriteAsync(memory.GetBuffer().AsMemory(0, folders.Count * 512), token);
    }

    private static async Task<Stream> DecompressAsync(Stream file, CancellationToken token)
    {
        var head = new byte[6];
        var read = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, token);
        file.Position = 0;
        return head.AsMemory(0, read).Span switch
        {
            [0x1f, 0x8b, ..] => new GZipStream(file, CompressionMode.Decompress),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => new DecompressionStream(file),
            _ => file,
        };
    }
}
