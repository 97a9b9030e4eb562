using System.IO.Pipes;
using System.Runtime.InteropServices;
using Gantry.Supervisor;

namespace Gantry.Agent.Tests.Runtime;

/// <summary>The supervisor's loop, alone.</summary>
public sealed partial class EventLoopTests
{
    /// <summary>
    /// Two starts end in the same turn: the first closes the descriptor of the second and the next process that is watched
    /// gets its number. Its container was told as ended while it ran.
    /// </summary>
    [Fact]
    public void Descriptor_ReplacedWithinOneTurn_GetsNoEventOfTheOldOne()
    {
        using var loop = new EventLoop(TimeProvider.System);
        using var first = new AnonymousPipeServerStream(PipeDirection.Out);
        using var second = new AnonymousPipeServerStream(PipeDirection.Out);
        using var silent = new AnonymousPipeServerStream(PipeDirection.Out);
        int[] readers = [Number(first), Number(second)];
        var called = new List<string>();
        foreach (var reader in readers)
            loop.Add(reader, () => Replace(reader, readers.Single(r => r != reader)));
        first.WriteByte(1);
        second.WriteByte(1);
        loop.After(TimeSpan.FromMilliseconds(50), loop.Stop);

        loop.Run();

        Assert.Equal(["old"], called);

        void Replace(int reader, int other)
        {
            called.Add("old");
            loop.Remove(reader);
            loop.Remove(other);
            Assert.Equal(other, Duplicate(Number(silent), other));
            loop.Add(other, () => called.Add("new"));
        }
    }

    private static int Number(AnonymousPipeServerStream pipe) => (int)pipe.ClientSafePipeHandle.DangerousGetHandle();

    /// <summary>Closes what <paramref name="number"/> was and gives it to another descriptor, in one step that no other thread can come between.</summary>
    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Duplicate(int fd, int number);
}
