using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Gantry.Store;

namespace Gantry.Agent.Joining;

/// <summary>
/// Where a host keeps who it is. One file holds certificate and key, so that they change together; before there is a certificate,
/// another holds the key that is asked for with. Each is written aside and renamed: at any moment it is whole or not there.
/// </summary>
internal sealed class IdentityFolder(string dataDirectory)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder = Path.Combine(dataDirectory, "host");

    public string Location => Path.Combine(_folder, "identity.json");

    private string PendingKey => Path.Combine(_folder, "joining.key");

    /// <exception cref="InvalidDataException">The file is damaged, or others may read it.</exception>
    public HostIdentity? Find()
    {
        if (!File.Exists(Location))
            return null;
        try
        {
            var identity = JsonSerializer.Deserialize<HostIdentity>(Read(Location)) ?? throw new JsonException("it is empty");
            using var certificate = identity.Load();
            return identity;
        }
        catch (Exception e) when (e is JsonException or CryptographicException or ArgumentException)
        {
            throw new InvalidDataException(
                $"{Location} is damaged ({e.Message}). Restore it from a backup of this machine; or remove the host (gantry hosts remove), delete the folder and join again with a new token.", e);
        }
    }

    public void Save(HostIdentity identity)
    {
        Write(Location, JsonSerializer.Serialize(identity));
        File.Delete(PendingKey);
    }

    /// <summary>The same key for every attempt to join: Control knows by it who asks again.</summary>
    public string KeyToJoinWith()
    {
        if (File.Exists(PendingKey))
            return Read(PendingKey);
        var key = HostKey.Create();
        Write(PendingKey, key);
        return key;
    }

    private static string Read(string path)
    {
        var mode = File.GetUnixFileMode(path);
        return (mode & ~OwnerOnly) == 0 ? File.ReadAllText(path) : throw new InvalidDataException(
            $"{path} has mode {Convert.ToString((int)mode, 8)}: others than its owner can use it. Run 'chmod 600 {path}', and if somebody may have read it, remove the host and join again.");
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(_folder, OwnerOnly | UnixFileMode.UserExecute);
        var draft = path + ".new";
        File.Delete(draft);
        using (var file = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
        DirectorySync.Flush(_folder);
    }
}
