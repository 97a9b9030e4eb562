using System.Threading.RateLimiting;
using Gantry.Domain;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Auth;

/// <summary>How many requests a user may still make, and how many wrong passwords a client address may still try.</summary>
internal sealed class RequestBudget(IOptions<ApiOptions> options) : IDisposable
{
    private readonly PartitionedRateLimiter<string> _requests = Limiter(options.Value.RequestsPerMinute);
    private readonly PartitionedRateLimiter<string> _logins = Limiter(options.Value.FailedLoginsPerMinute);

    public bool TryTake(UserId user) => Take(_requests, user.Value, 1);

    /// <summary>True while wrong passwords from this address have not used up the allowance.</summary>
    public bool MayTryPassword(string address) => Take(_logins, address, 0);

    public void CountFailedLogin(string address) => Take(_logins, address, 1);

    public void Dispose()
    {
        _requests.Dispose();
        _logins.Dispose();
    }

    private static bool Take(PartitionedRateLimiter<string> limiter, string partition, int permits)
    {
        using var lease = limiter.AttemptAcquire(partition, permits);
        return lease.IsAcquired;
    }

    private static PartitionedRateLimiter<string> Limiter(int perMinute) =>
        PartitionedRateLimiter.Create<string, string>(key => perMinute <= 0
            ? RateLimitPartition.GetNoLimiter(key)
            : RateLimitPartition.GetFixedWindowLimiter(key, _ => new FixedWindowRateLimiterOptions
            {
                PermitLimit = perMinute,
                Window = TimeSpan.FromMinutes(1),
                QueueLimit = 0,
            }));
}
