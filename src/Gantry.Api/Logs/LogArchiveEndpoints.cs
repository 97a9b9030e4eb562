using System.Globalization;
using System.IO.Compression;
using System.Text;
using Gantry.Agent.Logs;
using Gantry.Api.Apps;
using Gantry.Api.Auth;
using Gantry.Api.Http;
using Gantry.Contracts.V1;
using Gantry.Domain;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Api.Logs;

internal static class LogArchiveEndpoints
{
    private const string Audience = "log-archive";
    private const int PageSize = 20;
    private static readonly TimeSpan LinkLifetime = TimeSpan.FromMinutes(60);

    public static void MapLogArchives(this RouteGroupBuilder root, RouteGroupBuilder app)
    {
        app.MapGet("/logs_archives", ListAsync).Produces<LogsArchivesReply>().WithTags("Logs")
            .WithSummary("What has left the log, newest first; each address works for an hour");
        root.MapGet("/apps/{appId}/logs_archives/{id}", ReadAsync).For(Access.Anyone).WithTags("Logs").Produces<byte[]>(contentType: "application/gzip")
            .WithSummary("The lines of an archive, compressed with gzip");
    }

    private static async Task<IResult> ListAsync(
        TargetApp app, string? page, string? cursor, ILogArchives archives, SessionTokens tokens, Addresses addresses, CancellationToken token)
    {
        if (!int.TryParse(cursor ?? page ?? "1", NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1)
            return Reply.Error(StatusCodes.Status400BadRequest, "The parameter \"page\" must be a number from 1 on.", "bad_request");
        var all = await Task.Run(() => archives.List(app.App.Id), token);
        var hasMore = all.Count > (long)number * PageSize;
        return Reply.Ok(new LogsArchivesReply(
            hasMore ? (number + 1).ToString(CultureInfo.InvariantCulture) : "", hasMore,
            [.. all.Skip((int)Math.Min((number - 1L) * PageSize, int.MaxValue)).Take(PageSize).Select(archive => ToWire(app.App.Id, archive, tokens, addresses))]));
    }

    private static LogsArchiveResource ToWire(AppId app, LogArchive archive, SessionTokens tokens, Addresses addresses) => new(
        addresses.LogArchive(app, archive.Id, tokens.Issue(Audience, $"{app}/{archive.Id}", LinkLifetime)),
        archive.From.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), archive.To.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), archive.Size);

    private static IResult ReadAsync(string appId, string id, string? token, HttpContext context, SessionTokens tokens, ILogArchives archives)
    {
        if (tokens.Verify(Audience, token) != $"{appId}/{id}")
            return Reply.Error(StatusCodes.Status401Unauthorized, "The archive's address has expired or is not valid: ask for a new one (GET /v1/apps/:app/logs_archives).");
        if (archives.Read(new AppId(appId), id) is not { } lines)
            return Reply.NotFound("archive", "The archive is no longer kept: archives are bounded in size and age.");
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{id.Replace('@', '-')}.log.gz\"";
        return Results.Stream(stream => WriteAsync(lines, stream, context.RequestAborted), "application/gzip");
    }

    private static async Task WriteAsync(IEnumerable<LogLine> lines, Stream stream, CancellationToken token)
    {
        await using var packed = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true);
        await using var writer = new StreamWriter(packed, new UTF8Encoding(false), bufferSize: 32 << 10);
        foreach (var line in lines)
            await writer.WriteAsync($"{LogLineFormat.Format(line)}\n".AsMemory(), token);
    }
}
