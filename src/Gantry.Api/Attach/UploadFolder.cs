using Gantry.Agent.Runtime;
using Gantry.Domain;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Gantry.Api.Attach;

/// <summary>Stores files that a client sends along in <c>/tmp/uploads</c> of its one-off, on whichever host that is.</summary>
internal sealed class UploadFolder(IContainerRuntime runtime)
{
    /// <summary>Stores every part named <c>file</c>; a file of the same name is replaced.</summary>
    public async Task<Outcome<int>> StoreAsync(ContainerId id, HttpRequest request, long maxBytes, CancellationToken token)
    {
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(request.ContentType).Boundary).Value;
        if (string.IsNullOrEmpty(boundary))
            return Refusal.Invalid("file", "the multipart body has no boundary");
        var reader = new MultipartReader(boundary, request.Body);
        var count = 0;
        while (await reader.ReadNextSectionAsync(token) is { } section)
        {
            if (section.AsFileSection() is not { Name: "file" } file)
                continue;
            var name = Path.GetFileName(file.FileName.Replace('\\', '/'));
            if ((await runtime.PutFileAsync(id, name, section.Body, maxBytes, token)).Refusal is { } refusal)
                return refusal;
            count++;
        }

        return count > 0 ? count : Refusal.Invalid("file", "is missing: send it in the multipart field \"file\"");
    }
}
