namespace Gantry.Store.Backups;

/// <summary>What an operator should know of a backup, in sentences.</summary>
internal static class BackupRemarks
{
    public static IReadOnlyList<string> OfSaved(BackupManifest manifest, int leftOut) =>
    [
        .. leftOut == 0 ? (string[])[] : manifest.Scope switch
        {
            BackupScope.NoStacks => [$"{leftOut} roots of stacks were left out, as you asked: after a restore import the same stacks again ('gantryd import-stack'), or put their blobs back."],
            BackupScope.NoBlobs => [$"{leftOut} blobs were left out, as you asked: a restore needs the blob store as it is now, or a copy of it."],
            _ => [],
        },
        .. manifest.Missing.Select(d => $"The blob {d}, which records refer to, is missing or damaged in the blob store, so the backup does not hold it. Deploy the app again, or import the stack again, and make a new backup."),
    ];

    public static IReadOnlyList<string> OfRestored(IReadOnlyCollection<string> missing, string keyPath, bool isShared) =>
    [
        .. missing.Select(d => $"The blob {d}, which records refer to, is neither in the backup nor in the blob store. Apps and stacks that need it do not start until they are deployed or imported again."),
        .. isShared ? (string[])[$"Copy {keyPath} to every other host that runs control (mode 600): all have the same."] : [],
    ];
}
