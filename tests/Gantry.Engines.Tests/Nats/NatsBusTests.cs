using Gantry.Bus;
using Gantry.Bus.Nats;
using Gantry.Conformance.Bus;
using Gantry.Engines.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Engines.Tests.Nats;

public sealed class NatsBusTests(SharedNats nats) : BusSuite
{
    protected override void AddAdapter(IServiceCollection services) => services.AddNatsBus(o =>
    {
        o.Url = nats.Server.Url;
        o.Stream = Path.GetFileName(Folder);
    });
}
