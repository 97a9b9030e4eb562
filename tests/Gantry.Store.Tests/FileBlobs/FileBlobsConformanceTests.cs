using Gantry.Conformance.Blobs;
using Gantry.Store.FileBlobs;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Store.Tests.FileBlobs;

public sealed class FileBlobsConformanceTests : BlobStoreSuite
{
    protected override void AddAdapter(IServiceCollection services) => services.AddFileBlobs(o => o.Directory = Folder);
}
