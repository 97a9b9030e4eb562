using Gantry.Store.Records;
using Gantry.Store.Secrets;
using Gantry.Store.Sql.Rows;

namespace Gantry.Store.Sql;

internal sealed class SqlAuthorityStore(SqlDatabase database, Sealer sealer) : IAuthorityStore
{
    private const string Find = "SELECT * FROM authorities WHERE name = @Name";

    public async Task<AuthorityRecord?> FindAsync(string name, CancellationToken token) =>
        await database.FindAsync<AuthorityRow>(Find, new { Name = name }, token) is { } row ? Open(row) : null;

    public async Task<AuthorityRecord> AddAsync(AuthorityRecord made, CancellationToken token) => Open(await database.WriteAsync(
        async s =>
        {
            await s.ExecuteAsync(
                "INSERT INTO authorities (name, certificate, sealed, created_at) VALUES (@Name, @Certificate, @Sealed, @CreatedAt) ON CONFLICT (name) DO NOTHING",
                new AuthorityRow
                {
                    Name = made.Name, Certificate = made.Certificate, Sealed = sealer.Seal(Owner(made.Name), "private key", made.PrivateKey),
                    CreatedAt = made.CreatedAt.ToSql(),
                });
            return (await s.FindAsync<AuthorityRow>(Find, new { made.Name }))!;
        },
        token));

    private AuthorityRecord Open(AuthorityRow row) =>
        new(row.Name, row.Certificate, sealer.Open(Owner(row.Name), "private key", row.Sealed), row.CreatedAt.ToTime());

    private static string Owner(string name) => $"the authority {name}";
}
