using System.Security.Cryptography;
using CsCheck;

namespace Gantry.Domain.Tests;

public sealed class DigestTests
{
    [Fact]
    public void Digest_OfAnyHash_IsReadBackFromItsText() =>
        Gen.Byte.Array[0, 64].Sample(content =>
        {
            var hash = SHA256.HashData(content);
            var digest = Digest.FromSha256(hash);
            return new Digest(digest.ToString()) == digest && Convert.FromHexString(digest.Hex).AsSpan().SequenceEqual(hash);
        });

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("sha256:")]
    [InlineData("md5:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("sha256:../../../../../../../../../../../../../../../../../../../../etc/x")]
    public void Digest_FromAnythingElse_IsRefused(string? text)
    {
        Assert.False(Digest.IsValid(text));
        Assert.Throws<FormatException>(() => new Digest(text!));
    }
}
