using System.Globalization;
using System.Runtime.InteropServices;

namespace Gantry.Linux.Kernel;

/// <summary>Rates of block IO. Each container's writable files are on a loop device of its own, so a device is one container.</summary>
internal static unsafe partial class BlockIo
{
    private const string V1 = "/sys/fs/cgroup/blkio";
    private const string LoopMajor = "7:";
    private const int AtWorkingDirectory = -100;

    /// <summary>False where the kernel or the host's control groups cannot limit block IO.</summary>
    public static bool CanLimit { get; } = File.Exists($"{V1}/blkio.throttle.write_bps_device")
        || (File.Exists("/sys/fs/cgroup/cgroup.controllers") && File.ReadAllText("/sys/fs/cgroup/cgroup.controllers").Split(' ', '\n').Contains("io"));

    /// <summary>
    /// The disk, as MAJOR:MINOR, that a path is on; null where its file system has none of its own (tmpfs, btrfs, network). A
    /// partition's whole disk, since only that can be limited.
    /// </summary>
    public static string? DiskOf(string path)
    {
        // struct statx: stx_dev_major at 136.
        var about = stackalloc uint[64];
        LinuxException.Check(Statx(AtWorkingDirectory, path, 0, 0, about), $"Looking at {path}");
        var device = FormattableString.Invariant($"{about[34]}:{about[35]}");
        if (Directory.ResolveLinkTarget($"/sys/dev/block/{device}", returnFinalTarget: true) is not { } found)
            return null;
        return File.Exists(Path.Combine(found.FullName, "partition"))
            ? File.ReadAllText(Path.Combine(Path.GetDirectoryName(found.FullName)!, "dev")).Trim()
            : device;
    }

    /// <summary>The device file of a disk from <see cref="DiskOf"/>.</summary>
    public static string DeviceFile(string disk) =>
        "/dev/" + File.ReadLines($"/sys/dev/block/{disk}/uevent").First(l => l.StartsWith("DEVNAME=", StringComparison.Ordinal))[8..];

    /// <summary>
    /// Limits what is written to the loop device under a path, whoever writes; null lifts it. On cgroup v1 only: there the kernel
    /// writes dirty pages back in the name of no group, so limits of the container's own group miss most writes.
    /// </summary>
    public static void LimitWriteBack(string path, long? bytesPerSecond, long? operationsPerSecond)
    {
        if (!File.Exists($"{V1}/blkio.throttle.write_bps_device") || DiskOf(path) is not { } device || !device.StartsWith(LoopMajor, StringComparison.Ordinal))
            return;
        Write("write_bps_device", device, bytesPerSecond);
        Write("write_iops_device", device, operationsPerSecond);
    }

    /// <summary>Lifts the limits of loop devices without a file, which a killed process left: the next file of anybody would get them.</summary>
    public static void LiftUnused()
    {
        foreach (var kind in (ReadOnlySpan<string>)["write_bps_device", "write_iops_device"])
        {
            if (!File.Exists($"{V1}/blkio.throttle.{kind}"))
                continue;
            foreach (var device in File.ReadAllLines($"{V1}/blkio.throttle.{kind}").Select(l => l.Split(' ')[0]))
                if (device.StartsWith(LoopMajor, StringComparison.Ordinal) && !File.Exists($"/sys/dev/block/{device}/loop/backing_file"))
                    Write(kind, device, null);
        }
    }

    private static void Write(string kind, string device, long? rate) =>
        File.WriteAllText($"{V1}/blkio.throttle.{kind}", string.Create(CultureInfo.InvariantCulture, $"{device} {rate ?? 0}"));

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, uint* about);
}
