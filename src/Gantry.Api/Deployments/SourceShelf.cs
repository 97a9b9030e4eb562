using Gantry.Api.Auth;
using Gantry.Domain;
using Gantry.Store.Blobs;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Deployments;

/// <summary>
/// Uploaded archives between their upload and their deployment: a small file for each says which blob it became, so
/// that a restart in between loses nothing.
/// </summary>
internal sealed class SourceShelf(SessionTokens tokens, IBlobStore blobs, IOptions<ApiOptions> options, TimeProvider time)
{
    private string Folder => Path.Combine(options.Value.DataFolder, "sources");

    /// <summary>A new place, its upload token and its download token.</summary>
    public (string Id, string Upload, string Download) Reserve(UserId owner)
    {
        var id = $"{owner}.{NewId.Next()}";
        var lifetime = options.Value.SourceLifetime;
        return (id, tokens.Issue(SessionTokens.SourceUpload, id, lifetime), tokens.Issue(SessionTokens.SourceDownload, id, lifetime));
    }

    public bool MayUpload(string id, string token) => tokens.Verify(SessionTokens.SourceUpload, token) == id;

    /// <summary>Also vouches for the form of the id: only ids made here carry a valid token.</summary>
    public bool MayDownload(string id, string token) => tokens.Verify(SessionTokens.SourceDownload, token) == id;

    public UserId OwnerOf(string id) => new(id.Split('.')[0]);

    public async Task<Outcome<BlobInfo>> PutAsync(string id, Stream content, CancellationToken token)
    {
        var stored = await blobs.PutAsync(content, options.Value.MaxSourceBytes, token);
        if (!stored.IsSuccess)
            return stored;
        Directory.CreateDirectory(Folder);
        var temporary = Path.Combine(Folder, $".{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(temporary, stored.Value.Digest.Value, token);
        File.Move(temporary, Path.Combine(Folder, id), overwrite: true);
        Forget();
        return stored;
    }

    /// <summary>The uploaded blob, or null when nothing was uploaded.</summary>
    public async Task<Digest?> FindAsync(string id, CancellationToken token)
    {
        var path = Path.Combine(Folder, id);
        if (!File.Exists(path))
            return null;
        var digest = new Digest(await File.ReadAllTextAsync(path, token));
        return await blobs.ExistsAsync(digest, token) ? digest : null;
    }

    /// <summary>Removes the notes of uploads whose addresses have expired; the blobs are collected with all others.</summary>
    private void Forget()
    {
        var before = time.GetUtcNow() - options.Value.SourceLifetime - options.Value.SourceLifetime;
        foreach (var file in new DirectoryInfo(Folder).EnumerateFiles().Where(f => f.LastWriteTimeUtc < before))
            file.Delete();
    }
}
