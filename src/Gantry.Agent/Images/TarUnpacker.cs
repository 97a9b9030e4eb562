using System.Diagnostics;
using System.IO.Compression;
using Gantry.Agent.Runtime;
using ZstdSharp;

namespace Gantry.Agent.Images;

/// <summary>Unpacks a tar stream, plain or compressed with gzip or zstd, with GNU tar: hard links, devices, owners and modes as they are.</summary>
internal static class TarUnpacker
{
    public static async Task UnpackAsync(Stream blob, string directory, CancellationToken token)
    {
        Directory.CreateDirectory(directory);
        await using (var plain = await OpenAsync(blob, token))
            await ExtractAsync(plain, directory, token);
        // The digest is checked at the last byte, which a decompressor need not read.
        await blob.CopyToAsync(Stream.Null, token);
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
    }

    /// <summary>The tar itself, however it is compressed. The blob stays open.</summary>
    public static async Task<Stream> OpenAsync(Stream blob, CancellationToken token)
    {
        var head = new byte[4];
        var length = await blob.ReadAtLeastAsync(head, 4, throwOnEndOfStream: false, token);
        return Decompress(head, new PrefixedStream(head.AsMemory(0, length), blob));
    }

    private static Stream Decompress(byte[] head, Stream stream) => head switch
    {
        [0x1f, 0x8b, ..] => new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true),
        [0x28, 0xb5, 0x2f, 0xfd] => new DecompressionStream(stream, leaveOpen: true),
        _ => stream,
    };

    private static async Task ExtractAsync(Stream tar, string directory, CancellationToken token)
    {
        var start = new ProcessStartInfo("tar", ["--extract", "--file=-", $"--directory={directory}", "--numeric-owner", "--same-owner", "--preserve-permissions"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var complaint = process.StandardError.ReadToEndAsync(token);
        try
        {
            await tar.CopyToAsync(process.StandardInput.BaseStream, 1 << 20, token);
            process.StandardInput.Close();
        }
        catch (IOException) when (process.WaitForExit(1000))
        {
            // tar gave up first; it says below why.
            _ = process.ExitCode;
        }
        catch
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
        await process.WaitForExitAsync(token);
        if (process.ExitCode != 0)
            throw new RuntimeException($"Unpacking a layer to {directory} failed: {(await complaint).Trim()}", false);
    }
}
