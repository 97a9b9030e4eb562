using System.Globalization;
using System.Text.Json;
using Gantry.Api.Accounts;
using Gantry.Api.Http;
using Gantry.Contracts.V1;
using Gantry.Domain;
using Gantry.Domain.Events;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Api.Events;

internal static class EventEndpoints
{
    public static void MapEvents(this RouteGroupBuilder v1, RouteGroupBuilder app)
    {
        app.MapGet("/events", ListOfAppAsync).Produces<EventsReply>()
            .WithTags("Events").WithSummary("Timeline of an app, newest first; from=1..72 keeps the last hours only");
        v1.MapGet("/events", ListOfUserAsync).Produces<EventsReply>()
            .WithTags("Events").WithSummary("Timeline of the account and of all its apps, newest first");
    }

    public static void MapPlatformEvents(this RouteGroupBuilder admin) => admin.MapGet("/events", ListOfPlatformAsync).Produces<EventsReply>()
        .WithSummary("What operators did to hosts and to the whole cluster, newest first");

    private static async Task<IResult> ListOfAppAsync(
        TargetApp app, Paging paging, string? from, IEventStore events, UserDirectory users, TimeProvider time, CancellationToken token)
    {
        if (ReadHours(from) is not { } hours)
            return Reply.Error(StatusCodes.Status400BadRequest, "The parameter \"from\" must be a number of hours from 1 to 72.", "bad_request");
        DateTimeOffset? since = hours == 0 ? null : time.GetUtcNow().AddHours(-hours);
        var (page, total) = await events.ListByAppAsync(app.App.Id, since, paging.Page, paging.PerPage, token);
        return Reply.Ok(new EventsReply(await ToWireAsync(page, users, token), paging.Meta(total)));
    }

    private static async Task<IResult> ListOfUserAsync(
        Caller caller, Paging paging, IEventStore events, UserDirectory users, CancellationToken token)
    {
        var (page, total) = await events.ListByUserAsync(caller.User.Id, paging.Page, paging.PerPage, token);
        return Reply.Ok(new EventsReply(await ToWireAsync(page, users, token), paging.Meta(total)));
    }

    private static async Task<IResult> ListOfPlatformAsync(Paging paging, IEventStore events, UserDirectory users, CancellationToken token)
    {
        var (page, total) = await events.ListByPlatformAsync(paging.Page, paging.PerPage, token);
        return Reply.Ok(new EventsReply(await ToWireAsync(page, users, token), paging.Meta(total)));
    }

    private static int? ReadHours(string? from) => from switch
    {
        null or "" => 0,
        _ when int.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var hours) && hours is >= 1 and <= 72 => hours,
        _ => null,
    };

    private static async Task<IReadOnlyList<EventResource>> ToWireAsync(
        IReadOnlyList<AppEvent> page, UserDirectory users, CancellationToken token)
    {
        var known = new Dictionary<UserId, UserReference>();
        var result = new List<EventResource>(page.Count);
        foreach (var e in page)
        {
            if (e.UserId is { } id && !known.ContainsKey(id))
                known[id] = await users.FindAsync(id, e.Username, token);
            var user = e.UserId is { } by ? known[by] : new UserReference("", e.Username, "");
            result.Add(ToWire(e, user));
        }

        return result;
    }

    private static EventResource ToWire(AppEvent e, UserReference user)
    {
        using var data = JsonDocument.Parse(e.DataJson);
        return new EventResource(
            e.Id.Value, e.CreatedAt, e.Type, user, e.AppId?.Value ?? "", e.AppName, "", "", data.RootElement.Clone());
    }
}
