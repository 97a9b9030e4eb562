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
    public const ushort Create = 0x400 | 0x200;
    public const ushort CreateOrReplace = 0x400 | 0x100;
    private const ushort GetLink = 18;
    private const ushort Request = 1;
    private const ushort Acknowledged = 4;
    private const ushort ErrorAnswer = 2;
    private const ushort PeerAttribute = 5;
    private const int AnswerSize = 16 << 10;
    private readonly int _fd = LinuxException.Check(Socket(16, 3 | 0x80000, 0), "Opening a netlink socket");

    /// <summary>Sends one message and waits for the kernel's answer, which comes before the call returns.</summary>
    /// <param name="tolerated">An error number that is none to the caller.</param>
    public void Send(NetlinkMessage message, ushort flags, string action, int tolerated = 0)
    {
        var answer = stackalloc byte[AnswerSize];
        Exchange(message.Finish((ushort)(Request | Acknowledged | flags)), answer, action, tolerated);
    }

    /// <summary>Index of the other end of a virtual link, in the namespace where that is.</summary>
    public int PeerOf(int index)
    {
        const string action = "Finding the other end of a link";
        var answer = stackalloc byte[AnswerSize];
        // struct ifinfomsg: family, type, index, flags, change mask.
        var length = Exchange(new NetlinkMessage(GetLink, [0, 0, 0, 0, .. BitConverter.GetBytes(index), .. new byte[8]]).Finish(Request), answer, action, 0);
        for (var at = 32; at + 4 <= length; at += Math.Max(4, (*(ushort*)(answer + at) + 3) & ~3))
            if (*(ushort*)(answer + at + 2) == PeerAttribute)
                return *(int*)(answer + at + 4);
        throw new LinuxException(action, Errno.ENOENT);
    }

    private int Exchange(byte[] request, byte* answer, string action, int tolerated)
    {
        fixed (byte* data = request)
            LinuxException.Check((long)Libc.Write(_fd, data, request.Length), action);
        var length = (int)LinuxException.Check((long)Libc.Read(_fd, answer, AnswerSize), action);
        var error = *(int*)(answer + 16);
        return *(ushort*)(answer + 4) == ErrorAnswer && error != 0 && -error != tolerated ? throw new LinuxException(action, -error) : length;
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
