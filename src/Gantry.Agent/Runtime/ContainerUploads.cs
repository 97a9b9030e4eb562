using System.Text;
using Gantry.Domain;
using Gantry.Linux.Kernel;

namespace Gantry.Agent.Runtime;

/// <summary>Stores files in <c>/tmp/uploads</c> of containers of this host. A file that did not come whole is not there.</summary>
internal static class ContainerUploads
{
    private const string Folder = "uploads";
    private const int MaxNameBytes = 255;

    /// <summary>ENOSPC.</summary>
    private const int NoSpace = 28;

    /// <param name="tmp">Path on this host of the container's <c>/tmp</c>.</param>
    public static async Task<Outcome<long>> PutAsync(string tmp, string name, Stream content, long maxBytes, CancellationToken token)
    {
        if (name is "" or "." or ".." || name.Contains('/', StringComparison.Ordinal) || name.Any(char.IsControl) || Encoding.UTF8.GetByteCount(name) > MaxNameBytes)
            return Refusal.Invalid("file", "has no usable name");
        try
        {
            using var folder = GuardedFolder.Open(tmp, Folder);
            return await CopyAsync(content, folder, name, maxBytes, token) is { } size
                ? size
                : Refusal.Invalid("file", $"{name} is larger than the limit of {maxBytes} bytes");
        }
        catch (FolderUnusableException e)
        {
            return Refusal.Invalid("file", e.Message);
        }
    }

    /// <returns>Null when there is more than fits into the limit.</returns>
    private static async Task<long?> CopyAsync(Stream content, GuardedFolder folder, string name, long maxBytes, CancellationToken token)
    {
        long? size = null;
        try
        {
            await using var target = folder.Create(name);
            return size = await CopyAsync(content, target, maxBytes, token);
        }
        catch (IOException e) when (e.HResult == NoSpace)
        {
            throw new FolderUnusableException($"can't be stored: there is no room left for {name} in the one-off, where /app and /tmp share one disk");
        }
        finally
        {
            if (size is null)
                folder.Delete(name);
        }
    }

    private static async Task<long?> CopyAsync(Stream content, FileStream target, long maxBytes, CancellationToken token)
    {
        var buffer = new byte[81920];
        long total = 0;
        for (int read; (read = await content.ReadAsync(buffer, token)) > 0;)
        {
            if ((total += read) > maxBytes)
                return null;
            await target.WriteAsync(buffer.AsMemory(0, read), token);
        }

        return total;
    }
}
