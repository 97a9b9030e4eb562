using Gantry.Agent.Tests.Support;
using Gantry.Conformance.Runtime;
using Gantry.Domain;

namespace Gantry.Agent.Tests.Isolation;

/// <summary>
/// The programs of this folder, compiled, as the layer of an app that means harm: with a set-user-id file of root, a file with
/// capabilities, and a device file of the host's first disk.
/// </summary>
internal static class Attempts
{
    public static async Task<Digest> LayerAsync(RuntimeHost host, FolderBlobs blobs)
    {
        var root = Path.Combine(host.Directory, "attempts");
        await Shell.RunAsync(
            $"""
            set -e
            rm -rf {root}
            mkdir -p {root}
            cd {AppContext.BaseDirectory}/Isolation
            gcc -O1 -Wall -Wextra -Werror -static -o {root}/attempts attempts.c attempts-kernel.c attempts-files.c attempts-network.c
            gcc -O1 -Wall -Wextra -Werror -static -o {root}/bombs bombs.c
            cp {root}/attempts {root}/setuid
            cp {root}/attempts {root}/capable
            chown -R 1000:1000 {root}
            chown 0:0 {root}/setuid
            chmod 6755 {root}/setuid
            setcap cap_sys_admin,cap_net_raw+ep {root}/capable
            mknod -m 666 {root}/disk b $(stat -c '0x%t 0x%T' $(findmnt -no SOURCE / | grep '^/dev/' || echo /dev/loop0))
            tar -C {root} --xattrs --xattrs-include='*' -cf {root}.tar .
            """);
        return (await blobs.AddAsync(await File.ReadAllBytesAsync(root + ".tar"))).Digest;
    }
}

/// <summary>What became of one attempt: an error of the kernel, or <c>DONE</c>.</summary>
public sealed record Attempt(string Group, string Name, string Result);
