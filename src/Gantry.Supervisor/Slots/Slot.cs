using System.Globalization;
using Gantry.Linux.Kernel;
using Gantry.Supervisor.Oci;

namespace Gantry.Supervisor.Slots;

/// <summary>
/// What a container needs and that can be made before it is known which one: own ids, own network, empty writable
/// disk. Used once; nothing of one tenant is ever there for the next.
/// </summary>
internal sealed class Slot(int number, uint baseId, string address, string device, string directory)
{
    public int Number { get; } = number;

    /// <summary>Host id of id 0 inside.</summary>
    public uint BaseId { get; } = baseId;
    public string Address { get; } = address;

    /// <summary>Host side of its veth pair.</summary>
    public string Device { get; } = device;

    /// <summary>Where its mounts are until the container runs, in the supervisor's mount namespace.</summary>
    public string Directory { get; } = directory;

    /// <summary>Whether nothing is mounted there any more.</summary>
    public bool IsDetached { get; set; }

    /// <summary>-1 where containers have plain users.</summary>
    public int UserNamespace { get; set; } = -1;
    public bool PlainIds => UserNamespace == -1;

    /// <summary>Host id of the app's user.</summary>
    public uint AppId => BaseId + OciConfig.AppUser;
    public int NetworkNamespace { get; set; } = -1;

    /// <summary>Time that its namespaces and its link took.</summary>
    public TimeSpan NetworkSetup { get; set; }
    public long ScratchBytes { get; set; }

    /// <summary>Where its scratch disk is mounted.</summary>
    public string Scratch => Path.Combine(Directory, "scratch");

    /// <summary>The part of its disk that the container gets, below a name that no other slot's disk has.</summary>
    public string Files => Path.Combine(Scratch, Name);

    /// <summary>The disk by a descriptor, which holds it without its mount; -1 before there is one.</summary>
    public int Disk { get; private set; } = -1;

    /// <summary>The disk with what is mounted in it, held the same way; -1 where nothing is.</summary>
    public int Tree { get; private set; } = -1;

    private string Name => Number.ToString(CultureInfo.InvariantCulture);

    public void HoldDisk() => Disk = Libc.OpenChecked(Scratch, Libc.O_PATH | Libc.O_DIRECTORY);

    public void HoldTree() => Tree = Mounts.CloneTree(Scratch);

    /// <summary>
    /// A path of its files for other processes, from now to its end. Descriptors' numbers come back soon, but no other disk has this
    /// slot's name: a path that is used too late leads nowhere.
    /// </summary>
    /// <param name="descriptor"><see cref="Disk"/> or <see cref="Tree"/>.</param>
    public string PathOf(int descriptor, string below) => $"/proc/{Environment.ProcessId}/fd/{descriptor}/{Name}/{below}";

    /// <summary>Hands over what holds the disk, to be closed.</summary>
    public int[] TakeDescriptors()
    {
        int[] held = [.. new[] { Tree, Disk }.Where(fd => fd != -1)];
        (Disk, Tree) = (-1, -1);
        return held;
    }

    /// <summary>Gives namespaces and interface back to the kernel, which frees them with their last user.</summary>
    public void CloseNamespaces()
    {
        if (UserNamespace != -1)
            _ = Libc.Close(UserNamespace);
        if (NetworkNamespace != -1)
            _ = Libc.Close(NetworkNamespace);
        (UserNamespace, NetworkNamespace) = (-1, -1);
    }
}
