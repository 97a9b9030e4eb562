using System.Collections.ObjectModel;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Gantry.Store.Records;

namespace Gantry.Store.Secrets;

/// <summary>
/// Encrypts values at rest with AES-256-GCM. A sealed value is one byte of format, one byte of key id, a nonce of
/// 12, a tag of 16 and the ciphertext. What the value belongs to is authenticated with it, so that a value copied
/// to another row does not open.
/// </summary>
internal sealed class Sealer : IDisposable
{
    private const byte Format = 1;
    private const byte KeyId = 1;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int HeaderLength = 2 + NonceLength + TagLength;

    /// <summary>One cipher keeps one context: two threads in it at once would write values that nobody can open.</summary>
    private readonly Lock _cipher = new();
    private AesGcm? _aes;

    /// <summary>The store unlocks it once it has proven that the key is the right one.</summary>
    public void Unlock(ReadOnlySpan<byte> key) => _aes = new AesGcm(key, TagLength);

    public byte[] Seal(string owner, string name, string text)
    {
        var clear = Encoding.UTF8.GetBytes(text);
        var box = new byte[HeaderLength + clear.Length];
        (box[0], box[1]) = (Format, KeyId);
        var nonce = box.AsSpan(2, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        lock (_cipher)
            Aes.Encrypt(nonce, clear, box.AsSpan(HeaderLength), box.AsSpan(2 + NonceLength, TagLength), Context(box, owner, name));
        CryptographicOperations.ZeroMemory(clear);
        return box;
    }

    /// <exception cref="StoreException">The value was changed on disk, or sealed with another key.</exception>
    public string Open(string owner, string name, ReadOnlySpan<byte> box)
    {
        if (box.Length < HeaderLength || box[0] != Format || box[1] != KeyId)
            throw Damaged(owner, name, null);
        var clear = new byte[box.Length - HeaderLength];
        try
        {
            lock (_cipher)
                Aes.Decrypt(box.Slice(2, NonceLength), box[HeaderLength..], box.Slice(2 + NonceLength, TagLength), clear, Context(box, owner, name));
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw Damaged(owner, name, e);
        }

        return Encoding.UTF8.GetString(clear);
    }

    /// <returns>Null for an empty map, which hides nothing.</returns>
    public byte[]? SealMap(string owner, string name, IReadOnlyDictionary<string, string> map) =>
        map.Count == 0 ? null : Seal(owner, name, JsonSerializer.Serialize(map));

    /// <summary>The map is opened when it is first looked into.</summary>
    public IReadOnlyDictionary<string, string> OpenMap(string owner, string name, byte[]? box) => box is null
        ? ReadOnlyDictionary<string, string>.Empty
        : new SealedMap(() => JsonSerializer.Deserialize<Dictionary<string, string>>(Open(owner, name, box)) ?? []);

    public void Dispose() => _aes?.Dispose();

    private AesGcm Aes => _aes ?? throw new InvalidOperationException("The sealing key is not loaded: the store is used before it is ready.");

    private static byte[] Context(ReadOnlySpan<byte> box, string owner, string name) =>
        [box[0], box[1], .. Encoding.UTF8.GetBytes(owner), 0, .. Encoding.UTF8.GetBytes(name)];

    private static StoreException Damaged(string owner, string name, Exception? inner) => new(
        $"The encrypted value '{name}' of {owner} cannot be opened: it was changed on disk or sealed with another key. Restore the database and its key file from the same backup, or set the variable again.",
        isTransient: false, inner);
}
