using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Gantry.Store.Backups;

/// <summary>
/// Two keys out of a passphrase: one seals the secrets (AES-256-GCM, bound to this backup), the other one the manifest
/// (HMAC-SHA-256), and with it every byte of the file, so that nobody without the passphrase can change a backup unseen.
/// </summary>
internal sealed class BackupSeal
{
    public const int MinPassphrase = 12;
    public const int UsualRounds = 600_000;
    private const int MaxRounds = 10_000_000;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int KeyLength = 32;

    private readonly byte[] _keys;
    private readonly byte[] _context;

    public BackupSeal(BackupHead head, string passphrase)
    {
        if (head.Rounds is < 1 or > MaxRounds || head.Salt.Length < 16)
            throw new InvalidDataException("The derivation of its key is damaged.");
        _keys = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(passphrase), head.Salt, head.Rounds, HashAlgorithmName.SHA512, 2 * KeyLength);
        _context = Encoding.UTF8.GetBytes($"gantry backup {head.Format} {head.Id}");
    }

    public byte[] SealSecrets(BackupSecrets secrets)
    {
        var clear = JsonSerializer.SerializeToUtf8Bytes(secrets);
        var box = new byte[NonceLength + TagLength + clear.Length];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceLength));
        using var aes = new AesGcm(_keys.AsSpan(0, KeyLength), TagLength);
        aes.Encrypt(box.AsSpan(0, NonceLength), clear, box.AsSpan(NonceLength + TagLength), box.AsSpan(NonceLength, TagLength), _context);
        CryptographicOperations.ZeroMemory(clear);
        return box;
    }

    /// <returns>Null when the passphrase is another one, or the box was changed.</returns>
    public BackupSecrets? OpenSecrets(ReadOnlySpan<byte> box)
    {
        if (box.Length < NonceLength + TagLength)
            return null;
        var clear = new byte[box.Length - NonceLength - TagLength];
        try
        {
            using var aes = new AesGcm(_keys.AsSpan(0, KeyLength), TagLength);
            aes.Decrypt(box[..NonceLength], box[(NonceLength + TagLength)..], box.Slice(NonceLength, TagLength), clear, _context);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }

        return JsonSerializer.Deserialize<BackupSecrets>(clear);
    }

    public byte[] OfManifest(ReadOnlySpan<byte> manifest) => HMACSHA256.HashData(_keys.AsSpan(KeyLength), manifest);
}
