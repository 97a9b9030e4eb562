using Gantry.Domain;
using Gantry.Store.Blobs;

namespace Gantry.Store.Backups;

/// <summary>Blobs on their way into an archive. One that is gone or damaged is noted and does not stop the others.</summary>
internal sealed class BlobCopy(ArchiveWriter archive, IBlobStore blobs)
{
    public const string Folder = "blobs/sha256/";


    public int Count { get; private set; }

    public long Bytes { get; private set; }

    public List<Digest> Unusable { get; } = [];

    public static Digest? DigestOf(string entry) =>
        entry.StartsWith(Folder, StringComparison.Ordinal) && Digest.IsValid("sha256:" + entry[Folder.Length..]) ? new Digest("sha256:" + entry[Folder.Length..]) : null;

    public async Task AddAsync(Digest digest, CancellationToken token)
    {
        await using var content = await blobs.OpenAsync(digest, token);
        if (content is null)
        {
            Unusable.Add(digest);
            return;
        }

        if (await archive.AddAsync(Folder + digest.Hex, content, content.Length, token) is not null)
        {
            Unusable.Add(digest);
            return;
        }

        Count++;
        Bytes += content.Length;
    }
}
