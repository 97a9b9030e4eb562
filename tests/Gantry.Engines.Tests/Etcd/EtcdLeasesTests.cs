using Gantry.Conformance.Coordination;
using Gantry.Coordination.Etcd;
using Gantry.Engines.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Engines.Tests.Etcd;

public sealed class EtcdLeasesTests(SharedEtcd etcd) : LeasesSuite
{
    protected override void AddAdapter(IServiceCollection services) => services.AddEtcdLeases(o =>
    {
        // The first member is not there: every call passes it over.
        o.Endpoints = ["http://127.0.0.1:9", etcd.Server.Url];
        o.Prefix = Folder + "/";
    });
}
