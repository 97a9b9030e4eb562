using System.Globalization;
using Gantry.Api.Accounts;
using Gantry.Api.Http;
using Gantry.Contracts.Admin;
using Gantry.Contracts.V1;
using Gantry.Domain;
using Gantry.Domain.Usage;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Api.Admin;

/// <summary>What operators bill from.</summary>
internal static class UsageEndpoint
{
    /// <summary>Of one report by container: a longer one is asked for in parts.</summary>
    internal const int MostContainers = 100_000;

    public static void MapUsage(this RouteGroupBuilder admin) => admin.MapGet("/usage", ShowAsync).Produces<UsageReply>()
        .WithSummary("Metered seconds of containers, one-offs and builds in a period (from, to), by owner, app or container");

    private static async Task<IResult> ShowAsync(
        string? from, string? to, string? by, IUsageStore usage, IAccountStore accounts, TimeProvider time, CancellationToken token)
    {
        var now = time.GetUtcNow();
        var monthStart = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero);
        if (Read(from, monthStart) is not { } start)
            return Broken("from");
        if (Read(to, new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero)) is not { } end)
            return Broken("to");
        if (end < start)
            return Reply.Invalid("to", "must not be before \"from\"");
        var owners = (await accounts.ListUsersAsync(token)).ToDictionary(u => u.Id, UserDirectory.ToWire);
        switch (by)
        {
            case null or "" or "owner" or "app":
                var totals = await usage.SumAsync(start, end, by == "app", token);
                return Answer(start, end, by == "app" ? "app" : "owner", totals.Select(t => ToWire(t, owners)));
            case "container":
                var periods = await usage.ListAsync(start, end, MostContainers + 1, token);
                return periods.Count > MostContainers
                    ? Reply.Invalid("from", $"gives more than {MostContainers} containers: ask for a shorter period")
                    : Answer(start, end, by, periods.Select(p => ToWire(p, owners)));
            default:
                return Reply.Invalid("by", "must be owner, app or container");
        }
    }

    /// <summary>Whole seconds only, so that the reports of adjacent periods add up to the whole.</summary>
    private static DateTimeOffset? Read(string? text, DateTimeOffset fallback)
    {
        if (string.IsNullOrEmpty(text))
            return fallback;
        const DateTimeStyles universal = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        string[] forms = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK"];
        return DateTimeOffset.TryParseExact(text, forms, CultureInfo.InvariantCulture, universal, out var time) ? time : null;
    }

    private static IResult Broken(string field) =>
        Reply.Invalid(field, "must be a date such as 2026-11-01 or a time in whole seconds such as 2026-11-01T12:00:00Z");

    private static IResult Answer(DateTimeOffset from, DateTimeOffset to, string by, IEnumerable<UsageLine> lines) =>
        Reply.Ok(new UsageReply(new UsageReport(from, to, by, [.. lines])));

    private static UsageLine ToWire(UsageTotal t, Dictionary<UserId, UserReference> owners) => new(
        Owner(t.OwnerId, owners), t.AppId is { } app ? new UsageApp(app.Value, t.AppName) : null, null, null, Kind(t.Kind), t.Size, t.MemoryBytes,
        t.Containers, t.Seconds, null, null, null);

    private static UsageLine ToWire(UsagePeriod p, Dictionary<UserId, UserReference> owners)
    {
        var s = p.Subject;
        return new UsageLine(
            Owner(s.OwnerId, owners), new UsageApp(s.AppId.Value, s.AppName), s.ContainerId.Value, s.Type, Kind(s.Kind), s.Size, s.MemoryBytes,
            1, p.Seconds, p.From, p.To, p.Open);
    }

    /// <summary>Of an account that is gone the id is left.</summary>
    private static UserReference Owner(UserId id, Dictionary<UserId, UserReference> owners) =>
        owners.GetValueOrDefault(id) ?? new UserReference(id.Value, "", "");

    private static string Kind(UsageKind kind) => kind == UsageKind.OneOff ? "one-off" : kind.ToString().ToLowerInvariant();
}
