using Gantry.Conformance.Blobs;
using Gantry.Engines.Tests.Support;
using Gantry.Store.S3Blobs;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Engines.Tests.S3;

public sealed class S3BlobsConformanceTests(SharedCeph ceph) : BlobStoreSuite
{
    private S3BlobsOptions _place = new();

    public override async ValueTask InitializeAsync() => _place = await (await ceph.ServerAsync()).OptionsAsync(Folder);

    protected override void AddAdapter(IServiceCollection services) => CephServer.Add(services, _place);
}
