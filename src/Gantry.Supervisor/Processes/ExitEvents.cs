using System.Runtime.InteropServices;
using Gantry.Linux.Kernel;

namespace Gantry.Supervisor.Processes;

/// <summary>
/// How processes ended that are not our children: the containers of a predecessor. While there are any, it listens to
/// the kernel's process events (proc connector), which need no parenthood and are in every distribution's kernel.
/// </summary>
internal sealed unsafe partial class ExitEvents(EventLoop loop)
{
    private const int Connector = 11;
    private const int DatagramCloseOnExecNonBlocking = 2 | 0x80000 | 0x800;
    private const uint Exit = 0x80000000;

    // Behind struct nlmsghdr (16) and struct cn_msg (20): struct proc_event, whose own data begin 16 bytes further on.
    private const int What = 36, ProcessId = 52, WaitStatus = 60, Length = 76;
    private readonly Dictionary<int, int?> _watched = [];
    private int _socket = -1;

    public void Watch(int pid)
    {
        if (_watched.Count == 0)
            Listen();
        _watched[pid] = null;
    }

    /// <summary>Wait status of a watched process that has ended; null when the kernel did not tell it (yet).</summary>
    public int? StatusOf(int pid)
    {
        Drain();
        return _watched.GetValueOrDefault(pid);
    }

    public void Forget(int pid)
    {
        if (!_watched.Remove(pid) || _watched.Count > 0 || _socket == -1)
            return;
        loop.Remove(_socket);
        _ = Libc.Close(_socket);
        _socket = -1;
    }

    private void Listen()
    {
        try
        {
            _socket = LinuxException.Check(Socket(16, DatagramCloseOnExecNonBlocking, Connector), "Opening the process connector");
            OnlyExits();
            // struct sockaddr_nl: family, any port, the group of process events.
            ReadOnlySpan<int> address = [16, 0, 1];
            fixed (int* a = address)
                LinuxException.Check(Bind(_socket, a, 12), "Joining the process events");
            // struct nlmsghdr (length, type done), struct cn_msg (process events, 4 bytes), PROC_CN_MCAST_LISTEN.
            ReadOnlySpan<int> listen = [40, 3, 0, 0, 1, 1, 0, 0, 4, 1];
            fixed (int* l = listen)
                LinuxException.Check((long)Libc.Write(_socket, (byte*)l, 40), "Listening to process events");
            loop.Add(_socket, Drain);
        }
        catch (LinuxException e)
        {
            Console.Error.WriteLine($"Exit codes of containers that an earlier supervisor started cannot be told. {e.Message}");
        }
    }

    /// <summary>A busy host starts and ends thousands of processes; a classic packet filter drops what is no exit.</summary>
    private void OnlyExits()
    {
        // Load the event's kind; return all of it if it is an exit, else nothing. Filters read in network order.
        ReadOnlySpan<ulong> program = [Instruction(0x20, 0, 0, What), Instruction(0x15, 0, 1, 0x80), Instruction(0x06, 0, 0, 0xffff), Instruction(0x06, 0, 0, 0)];
        fixed (ulong* code = program)
        {
            var filter = stackalloc ulong[] { (ulong)program.Length, (ulong)code };
            LinuxException.Check(SetOption(_socket, 1, 26, filter, 16), "Filtering process events");
        }
    }

    private static ulong Instruction(ulong code, ulong ifTrue, ulong ifFalse, ulong value) => code | ifTrue << 16 | ifFalse << 24 | value << 32;

    private void Drain()
    {
        if (_socket == -1)
            return;
        var message = stackalloc byte[4096];
        nint count;
        // An overrun (ENOBUFS) is told once; what follows can be read again.
        while ((count = Libc.Read(_socket, message, 4096)) > 0 || Marshal.GetLastPInvokeError() == Errno.ENOBUFS)
            if (count >= Length && *(uint*)(message + What) == Exit && _watched.ContainsKey(*(int*)(message + ProcessId)))
                _watched[*(int*)(message + ProcessId)] = *(int*)(message + WaitStatus);
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int fd, void* address, int length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int fd, int level, int option, void* value, int length);
}
