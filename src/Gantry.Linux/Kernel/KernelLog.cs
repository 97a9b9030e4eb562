using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Gantry.Linux.Kernel;

/// <summary>Reads the kernel's log for which process it killed for memory, and how large that was.</summary>
internal sealed unsafe partial class KernelLog
{
    private const int EndOfLog = 2;
    private readonly int _fd;
    private readonly Queue<string> _recent = [];

    public KernelLog()
    {
        _fd = Libc.Open("/dev/kmsg", Libc.O_RDONLY | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0);
        if (_fd != -1)
            _ = Libc.Seek(_fd, 0, EndOfLog);
    }

    /// <summary>Name and resident bytes of the last process killed in a container's control group, if the kernel said so.</summary>
    public (string Process, long Resident)? KilledIn(string cgroup)
    {
        Drain();
        string? pid = null;
        foreach (var line in _recent.Reverse())
            if (line.Contains($"oom_memcg={cgroup},", StringComparison.Ordinal))
            {
                pid = Task().Match(line) is { Success: true } m ? m.Groups[2].Value : null;
                break;
            }
        if (pid is null)
            return null;
        foreach (var line in _recent.Reverse())
            if (Killed().Match(line) is { Success: true } m && m.Groups[1].Value == pid)
                return (m.Groups[2].Value, 1024 * (Number(m, 3) + Number(m, 4) + Number(m, 5)));
        return null;
    }

    private static long Number(Match match, int group) => long.Parse(match.Groups[group].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);

    private void Drain()
    {
        if (_fd == -1)
            return;
        var buffer = stackalloc byte[8192];
        while (true)
        {
            var count = Libc.Read(_fd, buffer, 8192);
            // EPIPE tells that the ring buffer ran over us: the next read goes on at its oldest record.
            if (count <= 0 && Marshal.GetLastPInvokeError() != Errno.EPIPE)
                return;
            if (count <= 0)
                continue;
            var line = Encoding.UTF8.GetString(buffer, (int)count);
            if (line.Contains("oom_memcg=", StringComparison.Ordinal) || line.Contains("Killed process", StringComparison.Ordinal))
                _recent.Enqueue(line);
            if (_recent.Count > 200)
                _recent.Dequeue();
        }
    }

    [GeneratedRegex(@"task=(.*),pid=(\d+),")]
    private static partial Regex Task();

    [GeneratedRegex(@"Killed process (\d+) \((.*)\) .*anon-rss:(\d+)kB, file-rss:(\d+)kB, shmem-rss:(\d+)kB")]
    private static partial Regex Killed();
}
