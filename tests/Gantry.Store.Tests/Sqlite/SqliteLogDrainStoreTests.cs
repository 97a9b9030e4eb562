using Gantry.Conformance.Records;
using Gantry.Store.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Store.Tests.Sqlite;

public sealed class SqliteLogDrainStoreTests : LogDrainStoreSuite
{
    protected override void AddAdapter(IServiceCollection services) =>
        services.AddSqliteStore(o => o.DatabasePath = Path.Combine(Folder, "gantry.db"));
}
