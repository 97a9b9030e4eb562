using System.Security.Cryptography;
using Gantry.Agent.Remote;
using Gantry.Agent.Runtime;
using Google.Protobuf;
using Grpc.Core;
using Wire = Gantry.Agent.Remote.Wire;

namespace Gantry.Agent.Tests.Remote;

public sealed class FileCheckTests
{
    private static readonly byte[][] _parts = [new byte[3000], "and the rest"u8.ToArray()];

    private static byte[] Whole => [.. _parts.SelectMany(p => p)];

    [Fact]
    public async Task File_ThatCameWhole_IsStored()
    {
        var (stored, there) = await ArriveAsync(SHA256.HashData(Whole), _parts);

        Assert.Equal(Whole.Length, stored);
        Assert.Equal(Whole, there);
    }

    [Fact]
    public async Task File_WithAnotherDigest_IsNotThere() => await IsRefusedAsync(SHA256.HashData(_parts[0]), _parts);

    [Fact]
    public async Task File_WithoutItsEnd_IsNotThere() => await IsRefusedAsync(null, _parts);

    [Fact]
    public async Task File_WithPartsInAnotherOrder_IsNotThere() => await IsRefusedAsync(SHA256.HashData(Whole), [_parts[1], _parts[0]]);

    private static async Task IsRefusedAsync(byte[]? digest, byte[][] parts) =>
        Assert.Equal(StatusCode.DataLoss, (await Assert.ThrowsAsync<RpcException>(() => ArriveAsync(digest, parts))).StatusCode);

    private static async Task<(long Stored, byte[] There)> ArriveAsync(byte[]? digest, byte[][] parts)
    {
        var tmp = Directory.CreateTempSubdirectory();
        try
        {
            var messages = new List<Wire.FilePart> { new() { Container = "c-1", Name = "f" } };
            messages.AddRange(parts.Select(p => new Wire.FilePart { Data = ByteString.CopyFrom(p) }));
            if (digest is not null)
                messages.Add(new Wire.FilePart { Sha256 = ByteString.CopyFrom(digest) });
            var reader = new Messages(messages);
            await reader.MoveNext(CancellationToken.None);
            using var check = new FileCheck();
            await using var content = new PartStream<Wire.FilePart>(reader, check.Take, check.DemandAll);
            var stored = await ContainerUploads.PutAsync(tmp.FullName, "f", content, 10_000, CancellationToken.None);
            return (stored.Value, await File.ReadAllBytesAsync(Path.Combine(tmp.FullName, "uploads", "f"), CancellationToken.None));
        }
        catch
        {
            Assert.Empty(Directory.EnumerateFiles(Path.Combine(tmp.FullName, "uploads")));
            throw;
        }
        finally
        {
            tmp.Delete(recursive: true);
        }
    }

    private sealed class Messages(List<Wire.FilePart> all) : IAsyncStreamReader<Wire.FilePart>
    {
        private int _next = -1;

        public Wire.FilePart Current => all[_next];

        public Task<bool> MoveNext(CancellationToken cancellationToken) => Task.FromResult(++_next < all.Count);
    }
}
