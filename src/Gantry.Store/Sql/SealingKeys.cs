using System.Security.Cryptography;
using Gantry.Store.Records;
using Gantry.Store.Secrets;

namespace Gantry.Store.Sql;

/// <summary>Finds the key that belongs to this database, and refuses to go on with a lost or foreign one.</summary>
internal static class SealingKeys
{
    private const string AnythingSealed =
        "SELECT count(*) FROM (SELECT 1 FROM variables UNION ALL SELECT 1 FROM containers WHERE extra_environment IS NOT NULL UNION ALL SELECT 1 FROM log_drains UNION ALL SELECT 1 FROM authorities) AS boxes";

    /// <summary>Runs inside a write, so that two processes that start together agree on one new key.</summary>
    /// <param name="isShared">Other hosts use the database too, so a key that is missing here is not lost: none is made anew.</param>
    public static async Task<byte[]> LoadOrCreateAsync(SqlSession session, string path, bool isShared)
    {
        var proof = await session.ScalarAsync<byte[]>("SELECT proof FROM sealing_keys WHERE key_id = 1");
        if (!File.Exists(path))
            return proof is not null && isShared ? throw Elsewhere(path) : await CreateAsync(session, path, proof);
        var key = KeyFile.Load(path);
        if (proof is null)
            await RememberAsync(session, key);
        else if (!CryptographicOperations.FixedTimeEquals(proof, Proof(key)))
            throw Refused($"The key file {path} is not the one that this database was sealed with.");
        return key;
    }

    private static async Task<byte[]> CreateAsync(SqlSession session, string path, byte[]? proof)
    {
        if (proof is not null && await session.ScalarAsync<long>(AnythingSealed) > 0)
            throw Refused($"The key file {path} is missing, but the database holds values sealed with it.");
        var key = KeyFile.Create(path);
        await RememberAsync(session, key);
        return key;
    }

    private static Task<int> RememberAsync(SqlSession session, byte[] key) => session.ExecuteAsync(
        "INSERT INTO sealing_keys (key_id, proof) VALUES (1, @Proof) ON CONFLICT (key_id) DO UPDATE SET proof = excluded.proof",
        new { Proof = Proof(key) });

    private static byte[] Proof(byte[] key) => HMACSHA256.HashData(key, "gantry sealing key 1"u8);

    private static StoreException Elsewhere(string path) => new(
        $"The key file {path} is missing, and another host has made the one that belongs to this database. Copy it from there (mode 600), or from your backup: all hosts of a cluster that run control have the same.",
        isTransient: false);

    private static StoreException Refused(string why) => new(
        $"{why} Without it the environment variables of all apps cannot be read. Put the key file back from your backup (mode 600). If it is gone for good, delete the rows of the table 'variables' and have the owners set them again.",
        isTransient: false);
}
