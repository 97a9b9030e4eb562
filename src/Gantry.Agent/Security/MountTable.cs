namespace Gantry.Agent.Security;

/// <summary>The mounts of a process; see proc_pid_mountinfo(5).</summary>
internal static class MountTable
{
    public static IEnumerable<MountFacts> Of(int pid) => File.ReadLines($"/proc/{pid}/mountinfo").Select(Parse);

    /// <summary>"36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue".</summary>
    public static MountFacts Parse(string line)
    {
        var fields = line.Split(' ');
        var optional = fields.Skip(6).TakeWhile(f => f != "-");
        return new MountFacts(fields[2], fields[3], fields[4], fields[5], optional.Any(o => o.StartsWith("shared:", StringComparison.Ordinal)));
    }
}
