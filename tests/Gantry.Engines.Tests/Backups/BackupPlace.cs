using Gantry.Conformance;
using Gantry.Conformance.Records;
using Gantry.Domain;
using Gantry.Engines.Tests.Support;
using Gantry.Store.Backups;
using Gantry.Store.Blobs;
using Gantry.Store.FileBlobs;
using Gantry.Store.Records;
using Gantry.Store.Sql;
using Gantry.Store.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Engines.Tests.Backups;

/// <summary>A platform's data: records in an engine, blobs and keys in a folder.</summary>
/// <param name="postgres">Null keeps the records in SQLite.</param>
internal sealed class BackupPlace(PostgresServer? postgres) : IAsyncDisposable
{
    public const string Passphrase = "correct horse battery";
    private readonly TempDirectory _folder = new();
    private ServiceProvider? _services;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public string Folder => _folder.Path;

    public string Of(params string[] parts) => _folder.Of(parts);

    public IBlobStore Blobs => Port<IBlobStore>();

    public SqlDatabase Database => Port<SqlDatabase>();

    public IPlatformBackup Backup => Port<IPlatformBackup>();

    public T Port<T>() where T : notnull => (_services ??= Build()).GetRequiredService<T>();

    /// <summary>Every table has a row, every record its blobs, and there are the files that a daemon makes.</summary>
    public async Task FillAsync()
    {
        await Port<IAccountStore>().AddUserAsync(Samples.User("alice"), "hash-of-alice", Token);
        await Port<IAppStore>().AddAsync(Samples.App(), Token);
        await AllTables.FillAsync(Port<IServiceProvider>());
        // The samples' digests are of no content.
        var digests = new List<Digest>();
        for (var i = 0; i < 4; i++)
            digests.Add(await PutBlobAsync(100_000 + i));
        await Database.ExecuteAsync("UPDATE images SET stack_digest = @run, layer_digest = @layer", new { run = digests[0].Value, layer = digests[1].Value }, Token);
        await Database.ExecuteAsync("UPDATE stacks SET run_digest = @run, build_digest = @build", new { run = digests[0].Value, build = digests[2].Value }, Token);
        await Database.ExecuteAsync(
            "UPDATE deployments SET finished_at = NULL, source_kind = 1, source_value = @source", new { source = digests[3].Value }, Token);
        await PutBlobAsync(7); // Nothing refers to it.
        Directory.CreateDirectory(Of("ssh"));
        await File.WriteAllTextAsync(Of("ssh", "ssh_host_ed25519_key"), "the private key of the host", Token);
        File.SetUnixFileMode(Of("ssh", "ssh_host_ed25519_key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(Of("host-id"), "host-1\n", Token);
        await File.WriteAllTextAsync(Of("gantry.json"), """{ "Gantry": { "Store": { "ConnectionString": "Password=pw-of-the-database" } } }""", Token);
    }

    /// <summary>Ends what has files open, as a daemon that is stopped.</summary>
    public async Task CloseAsync()
    {
        if (_services is { } services)
            await services.DisposeAsync();
        _services = null;
    }

    public Task<Outcome<BackupReport>> SaveAsync(string file, BackupScope scope = BackupScope.Everything) => Backup.SaveAsync(file, Passphrase, scope, Token);

    public Task<Outcome<BackupReport>> RestoreAsync(string file, bool replace = false, string passphrase = Passphrase) =>
        Backup.RestoreAsync(file, passphrase, replace, Token);

    public async Task<List<Digest>> BlobsAsync() => [.. (await Blobs.ListAsync(Token).ToListAsync(Token)).Select(b => b.Digest).OrderBy(d => d.Value, StringComparer.Ordinal)];

    public async Task<Digest> PutBlobAsync(int seed)
    {
        var content = new byte[seed];
        new Random(seed).NextBytes(content);
        return (await Blobs.PutAsync(new MemoryStream(content), long.MaxValue, Token)).Value.Digest;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _folder.Dispose();
    }

    private ServiceProvider Build()
    {
        var services = new ServiceCollection();
        if (postgres is not null)
            postgres.Add(services, Folder);
        else
            services.AddSqliteStore(o => o.DatabasePath = Of("gantry.db"));
        services.AddFileBlobs(o => o.Directory = Of("blobs")).AddBackups(o =>
        {
            o.DataDirectory = Folder;
            o.ConfigurationPath = Of("gantry.json");
            o.Files.Add("ssh/ssh_host_*");
            o.Files.Add("host-id");
        });
        return services.BuildServiceProvider();
    }
}
