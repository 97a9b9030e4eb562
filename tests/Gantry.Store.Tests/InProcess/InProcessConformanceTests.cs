using Gantry.Bus.InProcess;
using Gantry.Conformance.Bus;
using Gantry.Conformance.Coordination;
using Gantry.Coordination.InProcess;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Store.Tests.InProcess;

public sealed class InProcessBusTests : BusSuite
{
    protected override void AddAdapter(IServiceCollection services) => services.AddInProcessBus();
}

public sealed class InProcessLeasesTests : LeasesSuite
{
    protected override void AddAdapter(IServiceCollection services) => services.AddInProcessLeases();
}
