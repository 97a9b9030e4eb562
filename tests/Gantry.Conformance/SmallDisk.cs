using System.Diagnostics;

namespace Gantry.Conformance;

/// <summary>A file system of its own that is soon full.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly TempDirectory _directory = new();

    public SmallDisk(int kibibytes) => Run("mount", "-t", "tmpfs", "-o", $"size={kibibytes}k", "gantry-test", Path);

    public string Path => _directory.Path;

    public void Dispose()
    {
        Run("umount", "-l", Path);
        _directory.Dispose();
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} failed: {errors}");
    }
}
