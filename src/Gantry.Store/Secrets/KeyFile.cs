using System.Security.Cryptography;
using Gantry.Store.Records;

namespace Gantry.Store.Secrets;

/// <summary>The file with the 32 random bytes that seal values. Nobody but its owner may read it.</summary>
internal static class KeyFile
{
    private const int KeyLength = 32;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <exception cref="StoreException">Others may read the file, or it is not a key.</exception>
    public static byte[] Load(string path)
    {
        var mode = File.GetUnixFileMode(path);
        if ((mode & ~OwnerOnly) != 0)
            throw new StoreException(
                $"The key file {path} has mode {Convert.ToString((int)mode, 8)}: others than its owner can use it. Run 'chmod 600 {path}', and change the secrets of your apps if somebody may have read it.",
                isTransient: false);
        var key = File.ReadAllBytes(path);
        return key.Length == KeyLength ? key : throw new StoreException(
            $"The key file {path} has {key.Length} bytes instead of {KeyLength}: it is damaged. Restore it from the backup that the database comes from.",
            isTransient: false);
    }

    /// <summary>Makes a new key; durable before anything is sealed with it.</summary>
    public static byte[] Create(string path)
    {
        var key = RandomNumberGenerator.GetBytes(KeyLength);
        Put(path, key, overwrite: false);
        return key;
    }

    /// <summary>Puts a key in its place, durably.</summary>
    public static void Put(string path, byte[] key, bool overwrite)
    {
        var draft = path + ".new";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(draft);
        using (var file = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            file.Write(key);
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite);
        DirectorySync.Flush(Path.GetDirectoryName(path)!);
    }
}
