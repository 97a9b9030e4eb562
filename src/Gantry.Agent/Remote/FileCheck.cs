using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;

namespace Gantry.Agent.Remote;

/// <summary>Whether all of a file has come, and as it was sent.</summary>
internal sealed class FileCheck : IDisposable
{
    private readonly IncrementalHash _seen = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private ByteString _told = ByteString.Empty;

    public ByteString Take(Wire.FilePart part)
    {
        _seen.AppendData(part.Data.Span);
        if (part.Sha256.Length > 0)
            _told = part.Sha256;
        return part.Data;
    }

    /// <exception cref="RpcException">There is something else than what was sent.</exception>
    public void DemandAll()
    {
        if (!_told.Span.SequenceEqual(_seen.GetCurrentHash()))
            throw new RpcException(new Status(StatusCode.DataLoss, "The file was damaged on its way to the host, or did not come whole: send it again."));
    }

    public void Dispose() => _seen.Dispose();
}
