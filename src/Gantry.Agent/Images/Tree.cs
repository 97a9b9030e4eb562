using System.Diagnostics;

namespace Gantry.Agent.Images;

/// <summary>Folders with whatever names a tenant chose: the framework cannot delete those that are no UTF-8, coreutils can.</summary>
internal static class Tree
{
    /// <exception cref="IOException">Something could not be deleted.</exception>
    public static void Delete(string path)
    {
        using var process = Process.Start(new ProcessStartInfo("rm", ["-rf", "--one-file-system", "--", path]) { RedirectStandardError = true })!;
        var complaint = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new IOException($"{path} could not be deleted: {complaint.Trim()}");
    }
}
