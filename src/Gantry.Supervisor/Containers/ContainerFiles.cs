using System.Globalization;
using System.Text.Json;
using Gantry.Linux.Supervision;

namespace Gantry.Supervisor.Containers;

/// <summary>The directory of a container: all that a successor of this supervisor needs to know about it.</summary>
internal sealed class ContainerFiles(string directory)
{
    private const UnixFileMode Secret = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string Directory { get; } = directory;

    public string Fifo => Path.Combine(Directory, "log.fifo");

    public string PidFile => Path.Combine(Directory, "pid");

    public string CrunLog => Path.Combine(Directory, "crun.log");

    public void Create(StartRequest request)
    {
        System.IO.Directory.CreateDirectory(Directory);
        File.WriteAllText(Path.Combine(Directory, "hostname"), request.Hostname + "\n");
    }

    public void WriteConfig(byte[] config) => Write("config.json", config);

    public void WriteHosts(string address, string hostname) =>
        File.WriteAllText(Path.Combine(Directory, "hosts"), $"127.0.0.1 localhost\n{address} {hostname}\n");

    public void WriteSpec(StoredSpec spec) => Write("spec.json", JsonSerializer.SerializeToUtf8Bytes(spec, MessagesJson.Default.StoredSpec));

    /// <summary>
    /// Renamed into place, so that it is whole or not there whatever is killed. It is not flushed: after a power cut the
    /// container is gone with its host, and is told so by the boot id.
    /// </summary>
    public void WriteExit(ContainerRecord record) =>
        Write("exit.json", JsonSerializer.SerializeToUtf8Bytes(record, MessagesJson.Default.ContainerRecord));

    public StoredSpec? ReadSpec() => Read("spec.json") is { Length: > 0 } bytes ? JsonSerializer.Deserialize(bytes, MessagesJson.Default.StoredSpec) : null;

    public ContainerRecord? ReadExit() =>
        Read("exit.json") is { Length: > 0 } bytes ? JsonSerializer.Deserialize(bytes, MessagesJson.Default.ContainerRecord) : null;

    public int? ReadPid() => File.Exists(PidFile) && int.TryParse(File.ReadAllText(PidFile), CultureInfo.InvariantCulture, out var pid) ? pid : null;

    public string ReadCrunLog() => File.Exists(CrunLog) ? File.ReadAllText(CrunLog).Trim() : "";

    public void Delete()
    {
        if (System.IO.Directory.Exists(Directory))
            System.IO.Directory.Delete(Directory, recursive: true);
    }

    private byte[]? Read(string name)
    {
        var path = Path.Combine(Directory, name);
        return File.Exists(path) ? File.ReadAllBytes(path) : null;
    }

    private void Write(string name, byte[] bytes)
    {
        var path = Path.Combine(Directory, name);
        var half = path + ".new";
        using (var file = new FileStream(half, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = Secret, BufferSize = 0 }))
            file.Write(bytes);
        File.Move(half, path, overwrite: true);
    }
}
