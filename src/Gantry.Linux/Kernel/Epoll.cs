using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Gantry.Linux.Kernel;

/// <summary>Readiness of many descriptors on one thread. Level-triggered.</summary>
internal sealed unsafe partial class Epoll : IDisposable
{
    public const uint In = 1;
    public const uint Out = 4;
    public const uint Error = 8;
    public const uint HangUp = 16;

    // The kernel packs struct epoll_event on x86-64 only.
    private static readonly int _stride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int _dataOffset = _stride - 8;
    private readonly byte[] _events = new byte[16 * 64];
    private readonly int _fd = LinuxException.Check(Create(0x80000), "Making an epoll instance");

    /// <param name="key">What <see cref="Wait(int, Action{ulong, uint})"/> tells of it: numbers of descriptors are given again, so they tell too little.</param>
    public void Add(int fd, ulong key, uint events) => Control(1, fd, key, events);

    public void Remove(int fd) => Control(2, fd, 0, 0);

    public void Modify(int fd, ulong key, uint events) => Control(3, fd, key, events);

    /// <summary>Calls back with the key and the events of each ready descriptor; -1 waits for ever.</summary>
    public void Wait(int timeoutMilliseconds, Action<ulong, uint> onReady)
    {
        int count;
        fixed (byte* events = _events)
            count = Wait(_fd, events, 64, timeoutMilliseconds);
        if (count == -1 && Marshal.GetLastPInvokeError() != Errno.EINTR)
            throw new LinuxException("Waiting for events", Marshal.GetLastPInvokeError());
        for (var i = 0; i < count; i++)
        {
            var one = _events.AsSpan(i * _stride, _stride);
            onReady(BinaryPrimitives.ReadUInt64LittleEndian(one[_dataOffset..]), BinaryPrimitives.ReadUInt32LittleEndian(one));
        }
    }

    public void Dispose() => _ = Libc.Close(_fd);

    private void Control(int operation, int fd, ulong key, uint events)
    {
        var one = stackalloc byte[16];
        *(uint*)one = events;
        *(ulong*)(one + _dataOffset) = key;
        LinuxException.Check(Control(_fd, operation, fd, one), $"Registering descriptor {fd} for events");
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int epoll, int operation, int fd, byte* one);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int Wait(int epoll, byte* events, int count, int timeout);
}
