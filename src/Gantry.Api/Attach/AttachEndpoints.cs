using Gantry.Api.Http;
using Gantry.Contracts.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Attach;

/// <summary>What goes with an attached one-off beside the connection itself: size, files, exit code.</summary>
internal static class AttachEndpoints
{
    private const int MaxSide = 10_000;

    public static void MapAttach(this RouteGroupBuilder root, ApiOptions options)
    {
        var group = root.MapGroup("/attach/{container}").WithTags("One-offs");
        group.MapPut("", ResizeAsync).WithSummary("Size of the terminal in characters");
        group.MapGet("/wait", WaitAsync).Produces<ExitReply>().WithSummary("Waits for the end of the command; its exit code");
        // The parts of a multipart body weigh a little more than the file.
        group.MapPost("/files", UploadAsync).WithMetadata(new BodyLimit(options.MaxUploadBytes + 64 * 1024))
            .WithSummary("Upload a file to /tmp/uploads, in the multipart field \"file\"");
    }

    private static async Task<IResult> ResizeAsync(
        string container, Caller caller, JsonBody<TerminalSizeRequest> body, AttachAccess access, AttachSessions sessions, CancellationToken token)
    {
        var found = await access.FindAsync(caller.User, container, token);
        if (found.Refusal is { } refusal)
            return Reply.Refused(refusal);
        if (body.Value is not { Width: { } width, Height: { } height } || width is < 1 or > MaxSide || height is < 1 or > MaxSide)
            return Reply.Invalid("size", $"needs a width and a height from 1 to {MaxSide}");
        sessions.Get(found.Value.Id).Resize(width, height);
        return Results.Ok();
    }

    private static async Task<IResult> WaitAsync(
        string container, Caller caller, AttachAccess access, ExitWaiter waiter, CancellationToken token)
    {
        var found = await access.FindAsync(caller.User, container, token);
        if (found.Refusal is { } refusal)
            return Reply.Refused(refusal);
        return await waiter.WaitAsync(found.Value.Id, token) is { } code
            ? Reply.Ok(new ExitReply(code))
            : Reply.Error(StatusCodes.Status408RequestTimeout, "The one-off was stopped because nothing moved for too long.", "idle_timeout");
    }

    private static async Task<IResult> UploadAsync(
        string container, HttpContext context, Caller caller, AttachAccess access, UploadFolder folder, IOptions<ApiOptions> options,
        CancellationToken token)
    {
        var found = await access.FindAsync(caller.User, container, token);
        if (found.Refusal is { } refusal)
            return Reply.Refused(refusal);
        if (!context.Request.HasFormContentType)
            return Reply.Error(StatusCodes.Status400BadRequest, "Send the file as multipart/form-data, in the field \"file\".", "bad_request");
        var stored = await folder.StoreAsync(found.Value.Id, context.Request, options.Value.MaxUploadBytes, token);
        return stored.Refusal is { } bad ? Reply.Refused(bad) : Results.Ok();
    }
}
