using Gantry.Store.Backups;

namespace Gantry.Server.Commands;

/// <summary>What a backup holds, for people.</summary>
internal static class BackupText
{
    public static void Print(BackupReport report)
    {
        foreach (var table in report.Tables.Where(t => t.Rows > 0))
            Console.WriteLine($"{table.Name,-20} {table.Rows,10:N0}");
        Console.WriteLine($"{"blobs",-20} {report.Blobs,10:N0}   {report.BlobBytes / 1048576.0:N1} MiB");
        foreach (var remark in report.Remarks)
            Console.Error.WriteLine(remark);
    }
}
