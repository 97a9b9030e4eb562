using System.Runtime.InteropServices;

namespace Gantry.Linux.Kernel;

/// <summary>Files that are mostly holes.</summary>
internal static unsafe class SparseFile
{
    private const int SeekData = 3;
    private const int SeekHole = 4;

    /// <summary>Copies only what is not a hole.</summary>
    public static void Copy(string source, string target)
    {
        using var from = File.OpenHandle(source);
        using var to = File.OpenHandle(target, FileMode.Create, FileAccess.Write);
        var length = RandomAccess.GetLength(from);
        RandomAccess.SetLength(to, length);
        int read = (int)from.DangerousGetHandle(), write = (int)to.DangerousGetHandle();
        for (long start, end = 0; (start = NextData(read, end, length)) < length;)
        {
            end = LinuxException.Check(Libc.Seek(read, start, SeekHole), $"Reading {source}");
            CopyRange(read, write, start, end, target);
        }
    }

    /// <summary>Makes an empty file of a size that takes no space.</summary>
    public static void Create(string path, long bytes)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        RandomAccess.SetLength(file, bytes);
    }

    private static long NextData(int fd, long from, long length)
    {
        var position = Libc.Seek(fd, from, SeekData);
        if (position != -1)
            return position;
        return Marshal.GetLastPInvokeError() == Errno.ENXIO ? length : throw new LinuxException("Finding data in a sparse file", Marshal.GetLastPInvokeError());
    }

    private static void CopyRange(int read, int write, long start, long end, string target)
    {
        for (long from = start, to = start; from < end;)
            if (LinuxException.Check((long)Libc.CopyFileRange(read, &from, write, &to, (nint)(end - from), 0), $"Writing {target}") == 0)
                throw new IOException($"Writing {target}: the source became shorter.");
    }
}
