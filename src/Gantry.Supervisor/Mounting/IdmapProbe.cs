using Gantry.Linux.Kernel;
using Gantry.Supervisor.Slots;

namespace Gantry.Supervisor.Mounting;

/// <summary>Tries whether the kernel and the file system of the data directory can map file owners per mount.</summary>
internal static class IdmapProbe
{
    public static async Task<bool> WorksAsync(SlotPlan plan, NamespaceMaker namespaces, string directory)
    {
        var slot = plan.Make(0);
        await namespaces.MakeAsync(slot);
        var target = slot.Directory + "-probe";
        Directory.CreateDirectory(target);
        try
        {
            Mounts.Bind(directory, target, readOnly: true, slot.UserNamespace);
            Mounts.Unmount(target);
            return true;
        }
        catch (LinuxException e)
        {
            Console.Error.WriteLine($"This host cannot map file owners, so no container can start. It needs Linux 5.19 and a file system like ext4, xfs or btrfs. {e.Message}");
            return false;
        }
        finally
        {
            slot.CloseNamespaces();
            Directory.Delete(target);
        }
    }
}
