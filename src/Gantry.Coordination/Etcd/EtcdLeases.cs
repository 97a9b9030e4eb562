using Microsoft.Extensions.Logging;

namespace Gantry.Coordination.Etcd;

/// <summary>A key below the prefix for each name that is held, bound to an etcd lease that its holder keeps alive.</summary>
internal sealed partial class EtcdLeases(EtcdClient client, EtcdLeasesOptions options, TimeProvider time, ILogger<EtcdLeases> logger) : ILeases
{
    private static readonly string _process = $"{Environment.MachineName} {Environment.ProcessId}";

    public async ValueTask<ILease?> TryAcquireAsync(string name, CancellationToken token)
    {
        var key = options.Prefix + name;
        // A look costs etcd no write, and those who wait for a lease look all the time.
        if (await client.FindAsync(key, token) is not null)
            return null;
        // Taken before the question: however long the answer takes, ours ends before etcd's.
        var asked = time.GetTimestamp();
        var (id, ttl) = await client.GrantAsync(options.Ttl, token);
        try
        {
            if (await client.PutIfAbsentAsync(key, _process, id, token) is { } holder && holder.Lease == id)
                return new EtcdLease(client, key, holder, asked, ttl, time, logger);
        }
        catch
        {
            // The key may be there all the same. It must not stay for as long as the lease would.
            await GiveBackAsync(id);
            throw;
        }

        await GiveBackAsync(id);
        return null;
    }

    private async Task GiveBackAsync(long id)
    {
        try
        {
            await client.RevokeAsync(id, CancellationToken.None);
        }
        catch (CoordinationException e)
        {
            Log.NotGivenBack(logger, id, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "The etcd lease {Id} ends by itself: {Reason}")]
        public static partial void NotGivenBack(ILogger logger, long id, string reason);
    }
}
