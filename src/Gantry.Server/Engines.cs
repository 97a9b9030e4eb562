using Gantry.Bus.InProcess;
using Gantry.Bus.Nats;
using Gantry.Coordination.Etcd;
using Gantry.Coordination.InProcess;
using Gantry.Server.Configuration;
using Gantry.Store.Backups;
using Gantry.Store.FileBlobs;
using Gantry.Store.Postgres;
using Gantry.Store.S3Blobs;
using Gantry.Store.Sqlite;

namespace Gantry.Server;

/// <summary>The engines that differ between one machine and a cluster: one for each port, chosen by name.</summary>
internal static class Engines
{
    public static IServiceCollection AddRecords(this IServiceCollection services, GantryOptions gantry, IConfigurationSection section)
    {
        services.AddOptions<PostgresStoreOptions>().ValidateOnStart();
        return gantry.Store.Engine switch
        {
            "sqlite" => services.AddSqliteStore(Sqlite(gantry, section)),
            "postgres" => services.AddPostgresStore(Postgres(gantry, section)),
            var other => throw Unknown("Store", other, "sqlite or postgres"),
        };
    }

    public static IServiceCollection AddLeases(this IServiceCollection services, GantryOptions gantry, IConfigurationSection section)
    {
        services.AddOptions<EtcdLeasesOptions>().ValidateOnStart();
        return gantry.Coordination.Engine switch
        {
            "in-process" => services.AddInProcessLeases(),
            "etcd" => services.AddEtcdLeases(section.GetSection("Coordination").Bind),
            var other => throw Unknown("Coordination", other, "in-process or etcd"),
        };
    }

    public static IServiceCollection AddBus(this IServiceCollection services, GantryOptions gantry, IConfigurationSection section)
    {
        services.AddOptions<NatsBusOptions>().ValidateOnStart();
        return gantry.Bus.Engine switch
        {
            "in-process" => services.AddInProcessBus(section.GetSection("Bus").Bind),
            "nats" => services.AddNatsBus(section.GetSection("Bus").Bind),
            var other => throw Unknown("Bus", other, "in-process or nats"),
        };
    }

    public static IServiceCollection AddBlobs(this IServiceCollection services, GantryOptions gantry, IConfigurationSection section)
    {
        services.AddOptions<S3BlobsOptions>().ValidateOnStart();
        return gantry.Blobs.Engine switch
        {
            "files" => services.AddFileBlobs(o =>
            {
                o.Directory = Path.Combine(gantry.DataDirectory, "blobs");
                section.GetSection("Blobs").Bind(o);
            }),
            "s3" => services.AddS3Blobs(o =>
            {
                o.DraftDirectory = Path.Combine(gantry.DataDirectory, "blob-drafts");
                section.GetSection("Blobs").Bind(o);
            }),
            var other => throw Unknown("Blobs", other, "files or s3"),
        };
    }

    /// <summary>From the one machine's records to the cluster's; both are described by the same section.</summary>
    public static IServiceCollection AddTransfer(this IServiceCollection services, IConfiguration configuration)
    {
        var (gantry, section) = (GantrySection.Read(configuration), configuration.GetSection(GantrySection.Name));
        return services.AddSqliteToPostgres(Sqlite(gantry, section), Postgres(gantry, section));
    }

    /// <summary>Records and blobs of the chosen engines, and the small files that must outlive this machine.</summary>
    public static IServiceCollection AddBackup(this IServiceCollection services, IConfiguration configuration, FileInfo? config)
    {
        var (gantry, section) = (GantrySection.Read(configuration), configuration.GetSection(GantrySection.Name));
        return services.AddRecords(gantry, section).AddBlobs(gantry, section).AddBackups(o =>
        {
            o.DataDirectory = gantry.DataDirectory;
            o.ConfigurationPath = config?.FullName ?? ConfigurationFile.DefaultPath;
            // Who clients know this platform as, who is logged in, and which host this is.
            foreach (var pattern in (string[])["ssh/ssh_host_*", "api/session.key", "host-id"])
                o.Files.Add(pattern);
        });
    }

    private static Action<SqliteStoreOptions> Sqlite(GantryOptions gantry, IConfigurationSection section) => o =>
    {
        o.DatabasePath = Path.Combine(gantry.DataDirectory, "gantry.db");
        section.GetSection("Store").Bind(o);
    };

    /// <summary>The key stays where it is on a machine that began with SQLite.</summary>
    private static Action<PostgresStoreOptions> Postgres(GantryOptions gantry, IConfigurationSection section) => o =>
    {
        o.KeyPath = Path.Combine(gantry.DataDirectory, "gantry.key");
        section.GetSection("Store").Bind(o);
    };

    private static InvalidDataException Unknown(string port, string name, string known) =>
        new($"{GantrySection.Name}:{port}:Engine is '{name}', which Gantry does not know. Set it to {known}.");
}
