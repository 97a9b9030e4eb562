using System.Collections.Concurrent;
using System.Globalization;
using Gantry.Store.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Gantry.Engines.Tests.Support;

/// <summary>A PostgreSQL of its own, as durable as one in production.</summary>
internal sealed class PostgresServer() : EngineServer("postgres", Path.Combine(Binaries, "postgres"), "postgresql")
{
    /// <summary>Without Kerberos, so that a test sees whether the adapter looks for it.</summary>
    private const string BehindTheAdapter = "Pooling=false;GSS Encryption Mode=Disable";

    private readonly ConcurrentDictionary<string, bool> _schemas = new();

    private static string Binaries { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Path.Combine(Directory.GetDirectories("/usr/lib/postgresql").OrderBy(d => int.Parse(Path.GetFileName(d), CultureInfo.InvariantCulture)).Last(), "bin")
        : "/usr/lib/postgresql/bin";

    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Database=postgres;Username=gantry";

    protected override IEnumerable<string> Arguments =>
        ["-D", Data, "-k", Folder, "-c", "listen_addresses=127.0.0.1", "-p", $"{Port}", "-c", "max_connections=200", "-c", "shared_buffers=32MB"];

    private string Data => Path.Combine(Folder, "data");

    protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        await AsUserAsync(Path.Combine(Binaries, "initdb"), "-D", Data, "-U", "gantry", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync");
    }

    protected override async Task<bool> IsReadyAsync()
    {
        try
        {
            await QueryAsync("SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            // Not yet: it is starting, or recovering from a kill.
            return false;
        }
    }

    /// <summary>The adapter on a place of its own, that of a folder.</summary>
    public PostgresStoreOptions Options(string folder)
    {
        var schema = Path.GetFileName(folder).ToLowerInvariant();
        // Once: a test may ask again while it keeps the server away.
        if (_schemas.TryAdd(schema, true))
            CreateSchema(schema);
        return new PostgresStoreOptions
        {
            ConnectionString = $"{ConnectionString};Search Path={schema}", KeyPath = Path.Combine(folder, "gantry.key"), MaxConnections = 20,
        };
    }

    private void CreateSchema(string schema)
    {
        using var connection = new NpgsqlConnection($"{ConnectionString};{BehindTheAdapter}");
        connection.Open();
        using var command = new NpgsqlCommand($"CREATE SCHEMA \"{schema}\"", connection);
        command.ExecuteNonQuery();
    }

    public void Add(IServiceCollection services, string folder, Action<PostgresStoreOptions>? configure = null)
    {
        var place = Options(folder);
        services.AddPostgresStore(o =>
        {
            (o.ConnectionString, o.KeyPath, o.MaxConnections) = (place.ConnectionString, place.KeyPath, place.MaxConnections);
            configure?.Invoke(o);
        });
    }

    /// <summary>Behind the adapter's back.</summary>
    public async Task<object?> QueryAsync(string sql, string? folder = null)
    {
        var place = folder is null ? "" : $";Search Path={Path.GetFileName(folder).ToLowerInvariant()}";
        await using var connection = new NpgsqlConnection($"{ConnectionString};{BehindTheAdapter};Timeout=5{place}");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
