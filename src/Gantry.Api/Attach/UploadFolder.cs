using Gantry.Agent.Runtime;
using Gantry.Domain;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Gantry.Api.Attach;

/// <summary>Stores files that a client sends along in <c>/tmp/uploads</c> of its one-off.</summary>
internal sealed class UploadFolder(IContainerRuntime runtime)
{
    private const int MaxNameBytes = 255;

    /// <summary>ENOSPC.</summary>
    private const int NoSpace = 28;

    /// <summary>Stores every part named <c>file</c>; a file of the same name is replaced.</summary>
    public async Task<Outcome<int>> StoreAsync(ContainerId id, HttpRequest request, long maxBytes, CancellationToken token)
    {
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(request.ContentType).Boundary).Value;
        if (string.IsNullOrEmpty(boundary))
            return Refusal.Invalid("file", "the multipart body has no boundary");
        var parent = await runtime.HostPathAsync(id, "/tmp", token);
        try
        {
            using var folder = GuardedFolder.Open(parent, "uploads");
            return await StoreAsync(folder, boundary, request.Body, maxBytes, token);
        }
        catch (FolderUnusableException e)
        {
            return Refusal.Invalid("file", e.Message);
        }
    }

    private static async Task<Outcome<int>> StoreAsync(
        GuardedFolder folder, string boundary, Stream body, long maxBytes, CancellationToken token)
    {
        var reader = new MultipartReader(boundary, body);
        var count = 0;
        while (await reader.ReadNextSectionAsync(token) is { } section)
        {
            if (section.AsFileSection() is not { Name: "file" } file)
                continue;
            var name = Path.GetFileName(file.FileName.Replace('\\', '/'));
            if (CheckName(name) is { } refusal)
                return refusal;
            if (!await CopyAsync(section.Body, folder, name, maxBytes, token))
                return Refusal.Invalid("file", $"{name} is larger than the limit of {maxBytes} bytes");
            count++;
        }

        return count > 0 ? count : Refusal.Invalid("file", "is missing: send it in the multipart field \"file\"");
    }

    private static Refusal? CheckName(string name) =>
        name.Length == 0 || name is "." or ".." || name.Any(char.IsControl) || System.Text.Encoding.UTF8.GetByteCount(name) > MaxNameBytes
            ? Refusal.Invalid("file", "has no usable name")
            : null;

    private static async Task<bool> CopyAsync(Stream content, GuardedFolder folder, string name, long maxBytes, CancellationToken token)
    {
        var fits = false;
        try
        {
            await using var target = folder.Create(name);
            return fits = await CopyAsync(content, target, maxBytes, token);
        }
        catch (IOException e) when (e.HResult == NoSpace)
        {
            throw new FolderUnusableException($"can't be stored: there is no room left for {name} in the one-off, where /app and /tmp share one disk");
        }
        finally
        {
            if (!fits)
                folder.Delete(name);
        }
    }

    /// <summary>False when there is more than fits into the limit.</summary>
    private static async Task<bool> CopyAsync(Stream content, Stream target, long maxBytes, CancellationToken token)
    {
        var buffer = new byte[81920];
        long total = 0;
        for (int read; (read = await content.ReadAsync(buffer, token)) > 0;)
        {
            if ((total += read) > maxBytes)
                return false;
            await target.WriteAsync(buffer.AsMemory(0, read), token);
        }

        return true;
    }
}
