using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Auth;

/// <summary>The key of <see cref="SessionTokens"/>: given, or made once and kept in a file that only its owner reads.</summary>
internal sealed class SigningKey
{
    private const int Length = 32;
    private readonly Lazy<byte[]> _bytes;

    public SigningKey(IOptions<ApiOptions> options) => _bytes = new Lazy<byte[]>(() => Find(options.Value));

    public byte[] Bytes => _bytes.Value;

    private static byte[] Find(ApiOptions options)
    {
        var bytes = options.SigningKey ?? ReadOrMake(Path.Combine(options.DataFolder, "session.key"));
        return bytes.Length >= Length
            ? bytes
            : throw new InvalidOperationException(
                $"The signing key has {bytes.Length} bytes but needs {Length}: delete session.key in {options.DataFolder} to make a new one; users then log in again.");
    }

    private static byte[] ReadOrMake(string path)
    {
        if (File.Exists(path))
            return File.ReadAllBytes(path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Guid.NewGuid():N}";
        var create = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var file = new FileStream(temporary, create))
        {
            file.Write(RandomNumberGenerator.GetBytes(Length));
            file.Flush(flushToDisk: true);
        }

        // Renamed in whole, so that a crash never leaves half a key.
        File.Move(temporary, path, overwrite: true);
        return File.ReadAllBytes(path);
    }
}
