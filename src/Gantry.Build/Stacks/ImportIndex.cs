using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Gantry.Domain;

namespace Gantry.Build.Stacks;

/// <summary>Remembers which tars were imported as which blob, so that a second start of the platform reads none again.</summary>
internal sealed class ImportIndex(string directory)
{
    /// <summary>A tar with a digest beside it is known by that, any other by its place, size and date.</summary>
    public static string KeyOf(string path, Digest? digest)
    {
        var file = new FileInfo(path);
        return digest?.Hex ?? Hash($"{path}\n{file.Length}\n{file.LastWriteTimeUtc.Ticks.ToString(CultureInfo.InvariantCulture)}");
    }

    public static Digest? ReadDigestBeside(string path)
    {
        var digestFile = Path.ChangeExtension(path, ".digest");
        var text = File.Exists(digestFile) ? File.ReadAllText(digestFile).Trim() : null;
        return Digest.IsValid(text) ? new Digest(text!) : null;
    }

    public async Task<ImportedRoot?> FindAsync(string key, CancellationToken token)
    {
        var file = Path.Combine(directory, key);
        if (!File.Exists(file))
            return null;
        var parts = (await File.ReadAllTextAsync(file, token)).Split(' ');
        return parts.Length == 2 && Digest.IsValid(parts[0]) && long.TryParse(parts[1], CultureInfo.InvariantCulture, out var bytes)
            ? new ImportedRoot(new Digest(parts[0]), bytes, false)
            : null;
    }

    public async Task AddAsync(string key, ImportedRoot root, CancellationToken token)
    {
        Directory.CreateDirectory(directory);
        var draft = Path.Combine(directory, $".{key}.{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(draft, string.Create(CultureInfo.InvariantCulture, $"{root.Digest} {root.Bytes}"), token);
        File.Move(draft, Path.Combine(directory, key), overwrite: true);
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
