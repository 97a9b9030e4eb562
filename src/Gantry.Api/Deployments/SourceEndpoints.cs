using Gantry.Api.Apps;
using Gantry.Api.Http;
using Gantry.Contracts.V1;
using Gantry.Store.Blobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Deployments;

internal static class SourceEndpoints
{
    public static void MapSources(this RouteGroupBuilder root, RouteGroupBuilder v1)
    {
        v1.MapPost("/sources", Create).Produces<SourceReply>(StatusCodes.Status201Created)
            .WithTags("Deployments").WithSummary("A place to upload a source archive to, valid for ten minutes");
        // The endpoint counts the bytes itself, so that the refusal can say what the limit is for.
        root.MapPut("/sources/{id}/upload", UploadAsync).For(Access.Anyone).WithMetadata(new BodyLimit(null))
            .WithTags("Deployments").WithSummary("Upload a tar.gz; the token in the address is enough");
        root.MapGet("/sources/{id}/archive.tar.gz", DownloadAsync).For(Access.Anyone)
            .WithTags("Deployments").WithSummary("Download an uploaded archive; the token in the address is enough");
    }

    private static IResult Create(Caller caller, SourceShelf shelf, Addresses addresses)
    {
        var (id, upload, download) = shelf.Reserve(caller.User.Id);
        return Reply.Created(new SourceReply(
            new SourceResource(addresses.SourceUpload(id, upload), addresses.SourceDownload(id, download))));
    }

    private static async Task<IResult> UploadAsync(
        string id, string? token, HttpContext context, SourceShelf shelf, IOptions<ApiOptions> options, CancellationToken aborted)
    {
        if (!shelf.MayUpload(id, token ?? ""))
            return Expired();
        if (context.Request.ContentLength == 0)
            return Reply.Error(StatusCodes.Status400BadRequest, "The archive is empty.", "empty_source");
        if (context.Request.ContentLength > options.Value.MaxSourceBytes)
            return TooLarge(options.Value);
        var stored = await shelf.PutAsync(id, context.Request.Body, aborted);
        return stored.IsSuccess ? Results.Ok() : TooLarge(options.Value);
    }

    private static async Task<IResult> DownloadAsync(
        string id, string? token, SourceShelf shelf, IBlobStore blobs, CancellationToken aborted)
    {
        if (!shelf.MayDownload(id, token ?? ""))
            return Expired();
        return await shelf.FindAsync(id, aborted) is { } digest && await blobs.OpenAsync(digest, aborted) is { } content
            ? Results.Stream(content, "application/x-gzip")
            : Reply.NotFound("source", "Nothing was uploaded here.");
    }

    private static IResult Expired() => Reply.Error(
        StatusCodes.Status403Forbidden, "The address has expired or is not valid: ask for a new one (POST /v1/sources).", "source_expired");

    private static IResult TooLarge(ApiOptions options) => Reply.Error(
        StatusCodes.Status413PayloadTooLarge,
        $"The source archive is larger than the limit of {options.MaxSourceBytes} bytes: leave out what a build can fetch (node_modules, vendor, …).",
        "source_too_large");
}
