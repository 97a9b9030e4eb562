namespace Gantry.Linux.Pipes;

/// <summary>The error numbers that pipes and spools tell apart.</summary>
internal static class Errno
{
    public const int Interrupted = 4, TryAgain = 11, FileExists = 17, NoSpace = 28, QuotaExceeded = 122;

    public static bool MeansFull(int errno) => errno is NoSpace or QuotaExceeded;
}
