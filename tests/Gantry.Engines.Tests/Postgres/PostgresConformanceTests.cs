using Gantry.Conformance.Records;
using Gantry.Engines.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Engines.Tests.Postgres;

public sealed class PostgresAccountStoreTests(SharedPostgres postgres) : AccountStoreSuite
{
    protected override void AddAdapter(IServiceCollection services) => postgres.Server.Add(services, Folder);
}

public sealed class PostgresAppStoreTests(SharedPostgres postgres) : AppStoreSuite
{
    protected override void AddAdapter(IServiceCollection services) => postgres.Server.Add(services, Folder);
}

public sealed class PostgresVariableTests(SharedPostgres postgres) : VariableSuite
{
    protected override void AddAdapter(IServiceCollection services) => postgres.Server.Add(services, Folder);
}

public sealed class PostgresOperationTests(SharedPostgres postgres) : OperationSuite
{
    protected override void AddAdapter(IServiceCollection services) => postgres.Server.Add(services, Folder);
}

public sealed class PostgresDeploymentStoreTests(SharedPostgres postgres) : DeploymentStoreSuite
{
    protected override void AddAdapter(IServiceCollection services) => postgres.Server.Add(services, Folder);
}

public sealed class PostgresImageTests(SharedPostgres postgres) : ImageSuite
{
    protected override void AddAdapter(IServiceCollection services) => postgres.Server.Add(services, Folder);
}

public sealed class PostgresContainerStoreTests(SharedPostgres postgres) : ContainerStoreSuite
{
    protected override void AddAdapter(IServiceCollection services) => postgres.Server.Add(services, Folder);
}

public sealed class PostgresEventStoreTests(SharedPostgres postgres) : EventStoreSuite
{
    protected override void AddAdapter(IServiceCollection services) => postgres.Server.Add(services, Folder);
}

public sealed class PostgresUsageStoreTests(SharedPostgres postgres) : UsageStoreSuite
{
    protected override void AddAdapter(IServiceCollection services) => postgres.Server.Add(services, Folder);
}

public sealed class PostgresHostStoreTests(SharedPostgres postgres) : HostStoreSuite
{
    protected override void AddAdapter(IServiceCollection services) => postgres.Server.Add(services, Folder);
}

public sealed class PostgresLogDrainStoreTests(SharedPostgres postgres) : LogDrainStoreSuite
{
    protected override void AddAdapter(IServiceCollection services) => postgres.Server.Add(services, Folder);
}

public sealed class PostgresJoiningTests(SharedPostgres postgres) : JoiningSuite
{
    protected override void AddAdapter(IServiceCollection services) => postgres.Server.Add(services, Folder);
}

public sealed class PostgresTermTests(SharedPostgres postgres) : TermSuite
{
    protected override void AddAdapter(IServiceCollection services) => postgres.Server.Add(services, Folder);
}

public sealed class PostgresRouterStoreTests(SharedPostgres postgres) : RouterStoreSuite
{
    protected override void AddAdapter(IServiceCollection services) => postgres.Server.Add(services, Folder);
}

public sealed class PostgresRepackingStoreTests(SharedPostgres postgres) : RepackingStoreSuite
{
    protected override void AddAdapter(IServiceCollection services) => postgres.Server.Add(services, Folder);
}
