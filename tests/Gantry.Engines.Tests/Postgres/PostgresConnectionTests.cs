using Gantry.Conformance.Records;
using Gantry.Engines.Tests.Support;
using Gantry.Store.Records;

namespace Gantry.Engines.Tests.Postgres;

/// <summary>What a connection does before it is one.</summary>
public sealed class PostgresConnectionTests(SharedPostgres postgres) : PostgresTest(postgres)
{
    /// <summary>It asks the name server about the database's address, at each connection; with one that is away that took the five seconds that a connection may take.</summary>
    [Fact]
    public async Task Connection_ToADatabaseThatDemandsNoKerberos_LooksForNone()
    {
        await Port<IAccountStore>().AddUserAsync(Samples.User(), null, Token);

        Assert.DoesNotContain("libgssapi", await File.ReadAllTextAsync("/proc/self/maps", Token));
    }
}
