using Gantry.Linux.Supervision;

namespace Gantry.Supervisor.Hosts;

/// <summary>Keeps a second supervisor of the same instance out: two would both own all containers.</summary>
internal static class SingleInstance
{
    /// <summary>Waits a moment for a predecessor that was told to end.</summary>
    public static IDisposable Claim(SupervisorOptions options)
    {
        var path = Path.Combine(options.RunDirectory, "supervisor.lock");
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < 100)
            {
                // Nothing else runs on this thread yet.
                Thread.Sleep(50);
            }
            catch (IOException e)
            {
                throw new InvalidOperationException($"Another supervisor of '{options.InstanceName}' runs on this host: it holds {path}.", e);
            }
        }
    }

    /// <summary>When the host itself runs out of memory, any tenant goes before the program that watches them all.</summary>
    public static void ProtectFromMemoryPressure()
    {
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", "-900");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"This host does not let the supervisor protect itself from memory pressure (needs CAP_SYS_RESOURCE). {e.Message}");
        }
    }
}
