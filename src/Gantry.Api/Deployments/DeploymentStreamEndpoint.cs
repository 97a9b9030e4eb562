using System.Net.WebSockets;
using Gantry.Api.Auth;
using Gantry.Api.Http;
using Gantry.Contracts.V1;
using Gantry.Domain;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Api.Deployments;

internal static class DeploymentStreamEndpoint
{
    private static readonly TimeSpan AuthTimeout = TimeSpan.FromSeconds(30);

    // The client authenticates in its first frame, so the address uses {appId}, which the access check leaves alone.
    public static void MapDeploymentStream(this RouteGroupBuilder root) => root.MapGet("/apps/{appId}/deployments/stream", StreamAsync)
        .For(Access.Anyone).WithTags("Deployments").WithSummary("WebSocket: deployments as they happen; the first frame authenticates");

    private static async Task<IResult> StreamAsync(
        string appId, HttpContext context, Authenticator authenticator, IAppStore apps, DeploymentStream stream, Shutdown shutdown,
        CancellationToken aborted)
    {
        if (!context.WebSockets.IsWebSocketRequest)
            return Reply.Error(StatusCodes.Status400BadRequest, "This address speaks WebSocket only.", "websocket_required");
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(aborted, shutdown.Token);
        using var webSocket = await context.WebSockets.AcceptWebSocketAsync();
        var socket = new JsonSocket(webSocket);
        if (await MayReadAsync(socket, appId, authenticator, apps, ended.Token))
            await SocketSession.RunAsync(socket, token => stream.RunAsync(new AppId(appId), socket, token), ended.Token);
        else
            await socket.CloseAsync(WebSocketCloseStatus.PolicyViolation, "The token is not valid for this app.", ended.Token);
        return Results.Empty;
    }

    private static async Task<bool> MayReadAsync(
        JsonSocket socket, string appId, Authenticator authenticator, IAppStore apps, CancellationToken ended)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ended);
        limit.CancelAfter(AuthTimeout);
        var frame = await socket.ReceiveAsync<StreamAuthFrame>(limit.Token);
        if (frame is not { Type: "auth", Data.Token: { } secret })
            return false;
        return await authenticator.FindAsync(secret, ended) is { } user
            && await apps.FindAsync(appId, ended) is { } app && app.Id.Value == appId && app.OwnerId == user.Id;
    }
}
