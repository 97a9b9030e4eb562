using Gantry.Conformance.Records;
using Gantry.Store.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Store.Tests.Sqlite;

public sealed class SqliteAccountStoreTests : AccountStoreSuite
{
    protected override void AddAdapter(IServiceCollection services) =>
        services.AddSqliteStore(o => o.DatabasePath = Path.Combine(Folder, "gantry.db"));
}

public sealed class SqliteAppStoreTests : AppStoreSuite
{
    protected override void AddAdapter(IServiceCollection services) =>
        services.AddSqliteStore(o => o.DatabasePath = Path.Combine(Folder, "gantry.db"));
}

public sealed class SqliteVariableTests : VariableSuite
{
    protected override void AddAdapter(IServiceCollection services) =>
        services.AddSqliteStore(o => o.DatabasePath = Path.Combine(Folder, "gantry.db"));
}

public sealed class SqliteOperationTests : OperationSuite
{
    protected override void AddAdapter(IServiceCollection services) =>
        services.AddSqliteStore(o => o.DatabasePath = Path.Combine(Folder, "gantry.db"));
}

public sealed class SqliteDeploymentStoreTests : DeploymentStoreSuite
{
    protected override void AddAdapter(IServiceCollection services) =>
        services.AddSqliteStore(o => o.DatabasePath = Path.Combine(Folder, "gantry.db"));
}

public sealed class SqliteImageTests : ImageSuite
{
    protected override void AddAdapter(IServiceCollection services) =>
        services.AddSqliteStore(o => o.DatabasePath = Path.Combine(Folder, "gantry.db"));
}

public sealed class SqliteContainerStoreTests : ContainerStoreSuite
{
    protected override void AddAdapter(IServiceCollection services) =>
        services.AddSqliteStore(o => o.DatabasePath = Path.Combine(Folder, "gantry.db"));
}

public sealed class SqliteEventStoreTests : EventStoreSuite
{
    protected override void AddAdapter(IServiceCollection services) =>
        services.AddSqliteStore(o => o.DatabasePath = Path.Combine(Folder, "gantry.db"));
}

public sealed class SqliteUsageStoreTests : UsageStoreSuite
{
    protected override void AddAdapter(IServiceCollection services) =>
        services.AddSqliteStore(o => o.DatabasePath = Path.Combine(Folder, "gantry.db"));
}

public sealed class SqliteHostStoreTests : HostStoreSuite
{
    protected override void AddAdapter(IServiceCollection services) =>
        services.AddSqliteStore(o => o.DatabasePath = Path.Combine(Folder, "gantry.db"));
}

public sealed class SqliteJoiningTests : JoiningSuite
{
    protected override void AddAdapter(IServiceCollection services) =>
        services.AddSqliteStore(o => o.DatabasePath = Path.Combine(Folder, "gantry.db"));
}

public sealed class SqliteRouterStoreTests : RouterStoreSuite
{
    protected override void AddAdapter(IServiceCollection services) =>
        services.AddSqliteStore(o => o.DatabasePath = Path.Combine(Folder, "gantry.db"));
}

public sealed class SqliteTermTests : TermSuite
{
    protected override void AddAdapter(IServiceCollection services) =>
        services.AddSqliteStore(o => o.DatabasePath = Path.Combine(Folder, "gantry.db"));
}

public sealed class SqliteRepackingStoreTests : RepackingStoreSuite
{
    protected override void AddAdapter(IServiceCollection services) =>
        services.AddSqliteStore(o => o.DatabasePath = Path.Combine(Folder, "gantry.db"));
}
