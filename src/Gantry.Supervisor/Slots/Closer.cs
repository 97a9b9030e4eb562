using Gantry.Linux.Kernel;
using Gantry.Supervisor.Processes;

namespace Gantry.Supervisor.Slots;

/// <summary>
/// Closes descriptors that may be the last use of a disk: the kernel then waits until what was written is written back, half a second for a
/// large build, and the loop may not.
/// </summary>
internal sealed class Closer(EventLoop loop)
{
    private const int SmallStack = 128 << 10;

    public Task CloseAsync(int[] descriptors)
    {
        if (descriptors.Length == 0)
            return Task.CompletedTask;
        var (read, write) = Pipes.Make();
        var done = new TaskCompletionSource();
        loop.Add(read, () =>
        {
            loop.Remove(read);
            _ = Libc.Close(read);
            done.SetResult();
        });
        new Thread(() => Close([.. descriptors, write]), SmallStack) { IsBackground = true }.Start();
        return done.Task;
    }

    private static void Close(int[] descriptors)
    {
        foreach (var descriptor in descriptors)
            _ = Libc.Close(descriptor);
    }
}
