using Gantry.Build.Images;

namespace Gantry.Build.Stacks;

/// <summary>Packs a folder with a root file system, owners and attributes included.</summary>
internal static class FolderTar
{
    public static async Task WriteAsync(string folder, RootContent content, IProgress<StackProgress>? progress, Stream output, CancellationToken token)
    {
        var skeleton = Directory.CreateTempSubdirectory("gantry-skeleton-").FullName;
        try
        {
            foreach (var missing in content.MissingFolders)
                Directory.CreateDirectory(Path.Combine(skeleton, missing));
            await using var tar = HostTool.Start("tar", "/", [
                "--create", "--file=-", "--format=pax", "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime", "--sort=name",
                "--numeric-owner", "--xattrs", "--one-file-system", "--directory", Path.GetFullPath(folder), ".",
                .. content.MissingFolders.SelectMany(m => new[] { "--directory", skeleton, "--mtime=@0", "./" + m })]);
            tar.Input.Close();
            await CopyAsync(tar.Output, progress, output, token);
            await tar.FinishAsync(token);
        }
        finally
        {
            Directory.Delete(skeleton, recursive: true);
        }
    }

    private static async Task CopyAsync(Stream tar, IProgress<StackProgress>? progress, Stream output, CancellationToken token)
    {
        var buffer = new byte[1 << 20];
        long done = 0;
        for (int read; (read = await tar.ReadAsync(buffer, token)) > 0; done += read)
        {
            await output.WriteAsync(buffer.AsMemory(0, read), token);
            progress?.Report(new StackProgress("compressing the root", done, null));
        }
    }
}
