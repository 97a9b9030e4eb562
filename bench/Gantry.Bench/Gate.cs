using System.Diagnostics;

namespace Gantry.Bench;

/// <summary>A named pipe in a folder that containers see; they wait at it and go on together.</summary>
internal sealed class Gate : IDisposable
{
    private readonly FileStream _pipe;

    public Gate()
    {
        Folder = Directory.CreateTempSubdirectory("gantry-gate").FullName;
        File.SetUnixFileMode(Folder, (UnixFileMode)0b111_101_101);
        var path = Path.Combine(Folder, "open");
        Process.Start("mkfifo", ["-m", "0666", path]).WaitForExit();
        // For reading too: what nobody has read yet is thrown away with the last reader.
        _pipe = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
    }

    public string Folder { get; }

    /// <summary>One line for each of those that wait: who has it goes on.</summary>
    public void Open(int waiting) => _pipe.Write([.. Enumerable.Repeat((byte)'\n', waiting)]);

    public void Dispose()
    {
        _pipe.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
