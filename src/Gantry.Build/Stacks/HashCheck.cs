using System.Security.Cryptography;
using Gantry.Domain;

namespace Gantry.Build.Stacks;

/// <summary>Digest of bytes that stream by.</summary>
internal sealed class HashCheck
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public Digest Digest => Digest.FromSha256(_hash.GetCurrentHash());

    public void Add(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);
}
