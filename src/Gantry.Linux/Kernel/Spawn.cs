using System.Runtime.InteropServices;

namespace Gantry.Linux.Kernel;

/// <summary>Starts programs without System.Diagnostics.Process, which would own SIGCHLD and reap our children.</summary>
internal static unsafe partial class Spawn
{
    private const short SetSignalMask = 8;
    private const short SetSignalDefault = 4;
    private const short NewSession = 0x80;
    private static readonly string[] _environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"];

    /// <summary>Starts <paramref name="arguments"/>[0] with only the given descriptors and returns its process id.</summary>
    /// <remarks>Signals are reset: the runtime ignores SIGPIPE, and a container must not inherit that.</remarks>
    public static int Start(IReadOnlyList<string> arguments, int input, int output, int error, bool newSession = false)
    {
        var memory = stackalloc byte[1024];
        void* actions = memory;
        void* attributes = memory + 512;
        ActionsInit(actions);
        AttributesInit(attributes);
        try
        {
            AddDup(actions, input, 0);
            AddDup(actions, output, 1);
            AddDup(actions, error, 2);
            var signals = stackalloc byte[128];
            new Span<byte>(signals, 128).Clear();
            AttributesSetMask(attributes, signals);
            new Span<byte>(signals, 128).Fill(0xff);
            AttributesSetDefault(attributes, signals);
            AttributesSetFlags(attributes, (short)(SetSignalMask | SetSignalDefault | (newSession ? NewSession : 0)));
            return Start(arguments, actions, attributes);
        }
        finally
        {
            ActionsDestroy(actions);
            AttributesDestroy(attributes);
        }
    }

    private static int Start(IReadOnlyList<string> arguments, void* actions, void* attributes)
    {
        var argv = Vector(arguments);
        var envp = Vector(_environment);
        try
        {
            int pid;
            var errno = PosixSpawnPath(&pid, argv[0], actions, attributes, argv, envp);
            return errno == 0 ? pid : throw new LinuxException($"Starting {arguments[0]}", errno);
        }
        finally
        {
            Free(argv);
            Free(envp);
        }
    }

    private static byte** Vector(IReadOnlyList<string> texts)
    {
        var vector = (byte**)NativeMemory.Alloc((nuint)(texts.Count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < texts.Count; i++)
            vector[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        vector[texts.Count] = null;
        return vector;
    }

    private static void Free(byte** vector)
    {
        for (var i = 0; vector[i] != null; i++)
            Marshal.FreeCoTaskMem((nint)vector[i]);
        NativeMemory.Free(vector);
    }

    [LibraryImport("libc", EntryPoint = "posix_spawnp")]
    private static partial int PosixSpawnPath(int* pid, byte* file, void* actions, void* attributes, byte** argv, byte** envp);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int ActionsInit(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDup(void* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int ActionsDestroy(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int AttributesInit(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int AttributesSetFlags(void* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int AttributesSetMask(void* attributes, void* mask);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int AttributesSetDefault(void* attributes, void* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int AttributesDestroy(void* attributes);
}
