using Gantry.Linux.Kernel;
using Gantry.Supervisor.Slots;

namespace Gantry.Supervisor.Mounting;

/// <summary>Tries whether the kernel and the file system of the data directory can map file owners per mount.</summary>
internal static class IdmapProbe
{
    public static async Task<bool> WorksAsync(SlotPlan plan, NamespaceMaker namespaces, string directory)
    {
        var slot = plan.Make(0);
        var target = slot.Directory + "-probe";
        Directory.CreateDirectory(target);
        try
        {
            await namespaces.MakeAsync(slot);
            Mounts.Bind(directory, target, readOnly: true, slot.UserNamespace);
            Mounts.Unmount(target);
            return true;
        }
        catch (IOException e)
        {
            Console.Error.WriteLine(
                "This host cannot map file owners, so containers get plain users of their own. " +
                $"User namespaces need Linux 5.19 and a data directory on a file system like ext4, xfs or btrfs. {e.Message}");
            return false;
        }
        finally
        {
            slot.CloseNamespaces();
            Directory.Delete(target);
        }
    }
}
