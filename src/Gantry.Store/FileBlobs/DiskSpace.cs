using System.Globalization;

namespace Gantry.Store.FileBlobs;

/// <summary>Tells a full disk from other failures, in words an operator can act on.</summary>
internal static class DiskSpace
{
    private const int NoSpaceLeft = 28;
    private const int QuotaExceeded = 122;

    public static bool IsFull(IOException failure) => failure.HResult is NoSpaceLeft or QuotaExceeded;

    /// <summary>Refuses early what cannot fit; content of unknown length is only found out while it is written.</summary>
    public static void Require(string directory, long bytes)
    {
        var drive = new DriveInfo(directory);
        if (drive.AvailableFreeSpace < bytes)
            throw Full(drive, bytes, null);
    }

    /// <param name="needed">Bytes of the content as far as they are known.</param>
    public static IOException Full(string directory, long needed, IOException cause) => Full(new DriveInfo(directory), needed, cause);

    private static IOException Full(DriveInfo drive, long needed, IOException? cause) => new(
        $"The disk that holds {drive.Name} is full: {Mebibytes(needed)} MiB are needed and {Mebibytes(drive.AvailableFreeSpace)} MiB are free. Free some space or delete images that are no longer used, and try again.",
        cause)
    { HResult = NoSpaceLeft };

    private static string Mebibytes(long bytes) => (bytes / 1048576.0).ToString("0.##", CultureInfo.InvariantCulture);
}
