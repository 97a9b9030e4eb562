using System.Globalization;

namespace Gantry.Store.Sql;

/// <summary>Who has a file open.</summary>
internal static class FileUsers
{
    /// <returns>Ids of other processes, as far as this one may look at them.</returns>
    public static IReadOnlyList<int> Of(string path) =>
    [
        .. Directory.GetDirectories("/proc")
            .Select(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid > 0 && pid != Environment.ProcessId && HasOpen(pid, path)),
    ];

    private static bool HasOpen(int pid, string path)
    {
        try
        {
            return Directory.GetFiles($"/proc/{pid}/fd").Any(fd => File.ResolveLinkTarget(fd, returnFinalTarget: false)?.FullName == path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended while it was looked at, or belongs to somebody this process may not see.
            return false;
        }
    }
}
