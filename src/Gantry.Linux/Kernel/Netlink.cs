using System.Runtime.InteropServices;
using System.Text;

namespace Gantry.Linux.Kernel;

/// <summary>A route netlink socket: it belongs to the network namespace of the thread that made it.</summary>
internal sealed unsafe partial class Netlink : IDisposable
{
    public const ushort NewLink = 16;
    public const ushort DeleteLink = 17;
    public const ushort NewAddress = 20;
    public const ushort NewRoute = 24;
    private const ushort AcknowledgedRequest = 1 | 4;
    private const ushort CreateExclusive = 0x400 | 0x200;
    private readonly int _fd = LinuxException.Check(Socket(16, 3 | 0x80000, 0), "Opening a netlink socket");

    /// <summary>Sends one message and waits for the kernel's answer, which comes before the call returns.</summary>
    public void Send(NetlinkMessage message, bool create, string action)
    {
        var bytes = message.Finish(create ? (ushort)(AcknowledgedRequest | CreateExclusive) : AcknowledgedRequest);
        fixed (byte* data = bytes)
            LinuxException.Check((long)Libc.Write(_fd, data, bytes.Length), action);
        var answer = stackalloc byte[8192];
        LinuxException.Check((long)Libc.Read(_fd, answer, 8192), action);
        var error = *(int*)(answer + 16);
        if (*(ushort*)(answer + 4) == 2 && error != 0)
            throw new LinuxException(action, -error);
    }

    public void Dispose() => _ = Libc.Close(_fd);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);
}

/// <summary>Builds one message: header, fixed part, attributes.</summary>
internal sealed class NetlinkMessage
{
    private readonly MemoryStream _bytes = new();
    private readonly ushort _type;

    public NetlinkMessage(ushort type, ReadOnlySpan<byte> fixedPart)
    {
        _type = type;
        _bytes.Write(new byte[16]);
        _bytes.Write(fixedPart);
    }

    public NetlinkMessage Add(ushort attribute, ReadOnlySpan<byte> value)
    {
        _bytes.Write(BitConverter.GetBytes((ushort)(value.Length + 4)));
        _bytes.Write(BitConverter.GetBytes(attribute));
        _bytes.Write(value);
        while (_bytes.Length % 4 != 0)
            _bytes.WriteByte(0);
        return this;
    }

    public NetlinkMessage Add(ushort attribute, int value) => Add(attribute, BitConverter.GetBytes(value));

    public NetlinkMessage Add(ushort attribute, string value) => Add(attribute, Encoding.ASCII.GetBytes(value + "\0"));

    public NetlinkMessage Nest(ushort attribute, Action<NetlinkMessage> content, ReadOnlySpan<byte> fixedPart = default)
    {
        var start = _bytes.Length;
        _bytes.Write(new byte[4]);
        _bytes.Write(fixedPart);
        content(this);
        var end = _bytes.Length;
        _bytes.Position = start;
        _bytes.Write(BitConverter.GetBytes((ushort)(end - start)));
        _bytes.Write(BitConverter.GetBytes(attribute));
        _bytes.Position = end;
        return this;
    }

    public byte[] Finish(ushort flags)
    {
        var bytes = _bytes.ToArray();
        BitConverter.TryWriteBytes(bytes.AsSpan(0), bytes.Length);
        BitConverter.TryWriteBytes(bytes.AsSpan(4), _type);
        BitConverter.TryWriteBytes(bytes.AsSpan(6), flags);
        return bytes;
    }
}
