using Gantry.EndToEnd.Tests.Platform;

namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>What the platform takes from the kernel and has to give back.</summary>
public static class Leaks
{
    /// <summary>Of hosts that run nothing: what there is but slots made beforehand.</summary>
    /// <param name="idle">Veths and loop devices of each host before there was an app.</param>
    public static async Task<IReadOnlyList<string>> OfIdleHostsAsync(FaultTarget target, IReadOnlyList<(int Veths, int Loops)> idle)
    {
        var leaks = new List<string>();
        for (var host = 1; host <= target.Hosts; host++)
        {
            var groups = Groups(target, host);
            if (groups.Count > 0)
                leaks.Add($"host {host} has control groups of containers: {string.Join(", ", groups)}");
            var folders = Directory.GetDirectories(Path.Combine(target.FolderOf(host), "data", "containers"));
            if (folders.Length > 0)
                leaks.Add($"host {host} has folders of containers: {string.Join(", ", folders.Select(Path.GetFileName))}");
            var (veths, loops) = await CountAsync(target, host);
            if (veths > idle[host - 1].Veths)
                leaks.Add($"host {host} has {veths} interfaces of containers, {idle[host - 1].Veths} before there were any");
            if (loops > idle[host - 1].Loops)
                leaks.Add($"host {host} has {loops} loop devices, {idle[host - 1].Loops} before there were containers");
        }

        return leaks;
    }

    /// <summary>Containers by their control groups: nobody needs to be asked.</summary>
    public static IReadOnlyList<string> Groups(FaultTarget target, int host)
    {
        string[] places = [$"/sys/fs/cgroup/pids/{target.IdOf(host)}", $"/sys/fs/cgroup/{target.IdOf(host)}"];
        return [.. places.Where(Directory.Exists).SelectMany(p => Directory.GetDirectories(p)).Select(d => Path.GetFileName(d)!).Where(n => n.StartsWith("ct-", StringComparison.Ordinal)).Distinct()];
    }

    public static async Task<(int Veths, int Loops)> CountAsync(FaultTarget target, int host)
    {
        var veths = (await Shell.BashAsync($"ip -n {target.IdOf(host)} -o link | grep -c ' g[0-9a-f]*v[0-9]'")).Output.Trim();
        var loops = (await Shell.BashAsync($"losetup -l -n -O BACK-FILE | grep -c '^{target.FolderOf(host)}/'")).Output.Trim();
        return (int.Parse(veths, null), int.Parse(loops, null));
    }

    /// <summary>Of a cluster that was taken down: nothing.</summary>
    public static async Task<string> AfterAllAsync(FaultTarget target)
    {
        var (root, name, instance) = (target.Root, target.Name, target.Instances);
        return (await Shell.BashAsync(
            $"""
            ip netns list | grep -E '^{name}[0-9]+( |$)' | sed 's/^/network namespace /'
            ip -o link | grep -E ': {name}([vwx][0-9]+)?[@:]' | sed 's/^/interface /'
            losetup -a | grep -F '{root}/' | sed 's/^/loop device /'
            grep -F '{root}/' /proc/mounts | sed 's/^/mount /'
            find /sys/fs/cgroup -regextype egrep -type d \( -path '*/{name}[0-9]*' -o -regex '.*/{instance}' \) | sed 's/^/control group /'
            nft list tables | grep -E ' ({name}((cut|slow)?[0-9_]+)|{instance})$' | sed 's/^/packet filter /'
            ls -d /run/{name} {root} 2>/dev/null | sed 's/^/folder /'
            pgrep -af '{root}/|slow-link.py {name}v' | grep -v pgrep | sed 's/^/process /'
            """)).Output;
    }
}
