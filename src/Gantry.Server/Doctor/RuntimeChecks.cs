using Gantry.Agent;
using Gantry.Contracts.Admin;

namespace Gantry.Server.Doctor;

/// <summary>What the host's runtime and its kernel give containers, in plain words.</summary>
internal static class RuntimeChecks
{
    public static IReadOnlyList<CheckResource> Of(HostFacts facts) => [Runtime(facts), Users(facts), BlockIo(facts)];

    private static CheckResource Runtime(HostFacts facts) =>
        new("runtime", "ok", $"{facts.Runtime}: {facts.Program}.", "");

    private static CheckResource Users(HostFacts facts)
    {
        const string name = "container users";
        return facts.IdmappedMounts ? new(name, "ok", "Each container has a user namespace of its own, with 65,536 ids.", "")
            : facts.SharedUserNamespace
                ? new(name, "ok", "All containers share the user namespace of the Docker Engine: root inside is nobody on the host, but users do not separate containers.", "")
            : facts.Runtime == RuntimeKind.Docker
                ? new(name, "warn", "The Docker Engine runs all containers as one user of the host.",
                    "Start the engine with userns-remap, or use the native runtime, which gives each container users of its own.")
            : new(name, "warn", "This host cannot map file owners: each container has a plain user of its own, and copies the owners of its layer.",
                "Use Linux 5.19 or later, a data directory on ext4, xfs or btrfs, and leave Agent:PlainIds off.");
    }

    private static CheckResource BlockIo(HostFacts facts)
    {
        const string name = "block IO limits";
        return facts.DiskLimits switch
        {
            DiskLimits.All => new(name, "ok", "Reads and writes of each container can be limited, on its scratch and on the disk of images.", ""),
            DiskLimits.Scratch => new(name, "warn",
                "Block IO is limited on containers' scratch only: the data directory is on a file system without a disk of its own, so reads of images are not.",
                "Put the data directory on ext4 or xfs on a local disk."),
            _ => new(name, "warn", "This kernel cannot limit block IO: the rates of container sizes have no effect.",
                "Use control groups of version 2 with the io controller, or of version 1 with blkio and a kernel with CONFIG_BLK_DEV_THROTTLING."),
        };
    }
}
