using Gantry.Lab.Data;
using Gantry.Scheduling.Model;

namespace Gantry.Lab.Commands;

/// <summary>Reads recorded snapshots, and says what is wrong with what is none.</summary>
internal static class SnapshotFiles
{
    public static ClusterSnapshot Read(string path)
    {
        var read = SnapshotSerializer.ReadSnapshot(Bytes(path));
        return read.IsSuccess ? read.Value : throw new LabException($"{path}: {read.Refusal!.Message}");
    }

    public static byte[] Bytes(string path) => File.Exists(path) ? File.ReadAllBytes(path) : throw new LabException($"There is no file {path}.");
}
