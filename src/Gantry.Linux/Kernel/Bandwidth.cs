namespace Gantry.Linux.Kernel;

/// <summary>What a container may receive and send, limited at both ends of its link: each side delays what it puts on it.</summary>
internal static class Bandwidth
{
    private const string Inside = "eth0";

    /// <summary>By a process of the container, of whatever runtime; nothing happens when it has ended.</summary>
    public static void OfProcess(int pid, long? bitsPerSecond)
    {
        var fd = Libc.Open($"/proc/{pid}/ns/net", Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        if (fd == -1)
            return;
        try
        {
            Limit(fd, bitsPerSecond);
        }
        finally
        {
            _ = Libc.Close(fd);
        }
    }

    /// <param name="networkNamespace">Descriptor of the container's network namespace.</param>
    /// <param name="bitsPerSecond">For each direction; null for no limit.</param>
    public static void Limit(int networkNamespace, long? bitsPerSecond)
    {
        var peer = 0;
        NetworkNamespace.Run(networkNamespace, () =>
        {
            using var inside = new Netlink();
            var index = (int)NetworkInterfaces.IndexOf(Inside);
            peer = inside.PeerOf(index);
            TokenBucket.Set(inside, index, bitsPerSecond);
        });
        using var host = new Netlink();
        TokenBucket.Set(host, peer, bitsPerSecond);
    }
}
