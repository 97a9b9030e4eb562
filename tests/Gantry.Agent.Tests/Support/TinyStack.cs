namespace Gantry.Agent.Tests.Support;

/// <summary>The smallest root file system that has a shell: busybox.</summary>
internal static class TinyStack
{
    public static async Task<byte[]> StackAsync(string directory)
    {
        var root = Path.Combine(directory, "stack");
        await Shell.RunAsync(
            $"""
            set -e
            test -x /bin/busybox || (echo 'These tests need busybox: apt-get install busybox-static' >&2; exit 1)
            mkdir -p {root}/bin {root}/etc
            cp /bin/busybox {root}/bin/
            for name in $(/bin/busybox --list | grep -vx busybox); do ln -sf busybox {root}/bin/$name; done
            echo 'app:x:1000:1000::/app:/bin/sh' > {root}/etc/passwd
            tar -C {root} --owner=0 --group=0 -cf {root}.tar .
            """);
        return await File.ReadAllBytesAsync(root + ".tar");
    }

    public static async Task<byte[]> LayerAsync(string directory, string greeting = "hello")
    {
        var root = Path.Combine(directory, "layer");
        await Shell.RunAsync(
            $"""
            set -e
            mkdir -p {root}
            echo {greeting} > {root}/greeting
            tar -C {root} --owner=1000 --group=1000 -c . | zstd -q > {root}.tar.zst
            """);
        return await File.ReadAllBytesAsync(root + ".tar.zst");
    }
}
