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

    /// <summary>Where its mounts are, in the supervisor's mount namespace.</summary>
    public string Directory { get; } = directory;

    /// <summary>-1 where containers have plain users.</summary>
    public int UserNamespace { get; set; } = -1;
    public bool PlainIds => UserNamespace == -1;

    /// <summary>Host id of the app's user.</summary>
    public uint AppId => BaseId + OciConfig.AppUser;
    public int NetworkNamespace { get; set; } = -1;

    /// <summary>Time that its namespaces and its link took.</summary>
    public TimeSpan NetworkSetup { get; set; }
    public long ScratchBytes { get; set; }

    public string Scratch => Path.Combine(Directory, "scratch");

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
