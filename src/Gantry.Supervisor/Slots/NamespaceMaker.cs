using Gantry.Linux.Kernel;
using Gantry.Supervisor.Processes;

namespace Gantry.Supervisor.Slots;

/// <summary>
/// Makes a user namespace with the network namespace it owns. A process with threads cannot do that itself: a short-lived
/// helper does, and the supervisor keeps the descriptors.
/// </summary>
internal sealed class NamespaceMaker(EventLoop loop, Children children)
{
    /// <summary>Without user namespaces the network namespace belongs to the host's root.</summary>
    public bool PlainIds { get; set; }

    public async Task MakeAsync(Slot slot)
    {
        var (inputRead, inputWrite) = Pipes.Make();
        var (outputRead, outputWrite) = Pipes.Make();
        var sink = Libc.OpenChecked("/dev/null", Libc.O_WRONLY);
        var pid = Spawn.Start(PlainIds ? ["unshare", "--net", "--", "cat"] : ["unshare", "--user", "--net", "--", "cat"], inputRead, outputWrite, sink);
        var exited = children.ExitedAsync(pid);
        foreach (var fd in (ReadOnlySpan<int>)[inputRead, outputWrite, sink])
            _ = Libc.Close(fd);
        try
        {
            // cat answers once unshare has made the namespaces and become it.
            await EchoAsync(inputWrite, outputRead);
            slot.NetworkNamespace = Libc.OpenChecked($"/proc/{pid}/ns/net", Libc.O_RDONLY);
            if (PlainIds)
                return;
            slot.UserNamespace = Libc.OpenChecked($"/proc/{pid}/ns/user", Libc.O_RDONLY);
            File.WriteAllText($"/proc/{pid}/uid_map", $"0 {slot.BaseId} 65536");
            File.WriteAllText($"/proc/{pid}/gid_map", $"0 {slot.BaseId} 65536");
        }
        finally
        {
            _ = Libc.Close(inputWrite);
            _ = Libc.Close(outputRead);
            await exited;
        }
    }

    private unsafe Task EchoAsync(int input, int output)
    {
        byte one = 10;
        LinuxException.Check((long)Libc.Write(input, &one, 1), "Talking to the namespace helper");
        var answered = new TaskCompletionSource();
        loop.Add(output, () =>
        {
            loop.Remove(output);
            byte answer;
            if (Libc.Read(output, &answer, 1) == 1)
                answered.SetResult();
            else
                answered.SetException(new IOException("'unshare --user --net' failed: are user namespaces allowed on this host (sysctl user.max_user_namespaces)?"));
        });
        return answered.Task;
    }
}
