using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Gantry.Api.Tests.Support;
using Gantry.Bus;
using Gantry.Domain.Apps;
using Gantry.Domain.Deployments;

namespace Gantry.Api.Tests;

public sealed class DeploymentStreamTests(ApiServer server)
{
    [Fact]
    public async Task AFinishedFastDeployment_IsReplayedWithItsOutputBeforeItsStatus()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();
        var deployment = await tenant.AddDeploymentAsync(app);
        await server.Deployments.AppendOutputAsync(deployment.Id, "built\n", default);
        await SetAsync(deployment, DeploymentStatus.Success);

        using var socket = await ConnectAsync(tenant, app, tenant.Session);
        // At once, before the first keep-alive.
        var (first, second, third) = (await NextAsync(socket, keepPings: true), await NextAsync(socket), await NextAsync(socket));

        Assert.Equal("new", first.GetProperty("type").GetString());
        Assert.Equal(deployment.Id.Value, first.GetProperty("id").GetString());
        first.GetProperty("data").GetProperty("deployment").Has("id!", "pusher!");
        Assert.Equal(tenant.User.Username, first.GetProperty("data").GetProperty("deployment").GetProperty("pusher").GetProperty("username").GetString());
        Assert.Equal(("log", "built\n"), (second.GetProperty("type").GetString(), second.GetProperty("data").GetProperty("content").GetString()));
        Assert.Equal(("status", "success"), (third.GetProperty("type").GetString(), third.GetProperty("data").GetProperty("status").GetString()));
        Assert.Equal(deployment.Id.Value, third.GetProperty("id").GetString());
    }

    [Fact]
    public async Task WhatHappensWhileConnected_ArrivesOnceAndInOrder()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();
        using var socket = await ConnectAsync(tenant, app, tenant.Session);
        Assert.Equal("ping", (await NextAsync(socket, keepPings: true)).GetProperty("type").GetString());
        var deployment = await tenant.AddDeploymentAsync(app);
        await SetAsync(deployment, DeploymentStatus.Building);
        for (var i = 0; i < 200; i++)
        {
            await server.Deployments.AppendOutputAsync(deployment.Id, $"line {i}\n", default);
            server.Bus.Publish(new DeploymentOutput(app.Id, deployment.Id));
        }

        await SetAsync(deployment, DeploymentStatus.BuildError);
        var (output, statuses) = (new StringBuilder(), new List<string>());
        while (!statuses.Contains("build-error"))
        {
            var frame = await NextAsync(socket);
            if (frame.GetProperty("type").GetString() == "log")
                output.Append(frame.GetProperty("data").GetProperty("content").GetString());
            else if (frame.GetProperty("type").GetString() == "status")
                statuses.Add(frame.GetProperty("data").GetProperty("status").GetString()!);
        }

        Assert.Equal(string.Concat(Enumerable.Range(0, 200).Select(i => $"line {i}\n")), output.ToString());
        Assert.Equal(statuses.Distinct(), statuses);
    }

    [Fact]
    public async Task ABadOrForeignToken_ClosesTheConnection()
    {
        var owner = await server.NewTenantAsync();
        var stranger = await server.NewTenantAsync();
        var app = await owner.NewAppAsync();
        await owner.AddDeploymentAsync(app);
        foreach (var token in (string[])[stranger.Session, "nonsense", ""])
        {
            using var socket = await ConnectAsync(owner, app, token);
            var received = await socket.ReceiveAsync(new byte[1000], Limit());
            Assert.Equal(WebSocketMessageType.Close, received.MessageType);
            Assert.Equal(WebSocketCloseStatus.PolicyViolation, socket.CloseStatus);
        }
    }

    private async Task SetAsync(Deployment deployment, DeploymentStatus status)
    {
        await server.Deployments.UpdateAsync(
            deployment.Id, d => d with { Status = status, FinishedAt = status.IsFinished() ? DateTimeOffset.UtcNow : null }, default);
        server.Bus.Publish(new DeploymentChanged(deployment.AppId, deployment.Id, status));
    }

    private static async Task<ClientWebSocket> ConnectAsync(Tenant tenant, App app, string token)
    {
        var link = (await tenant.GetAsync($"/v1/apps/{app.Name}")).Root("app").GetProperty("links").GetProperty("deployments_stream").GetString()!;
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", "http://scalingo-cli.local/1");
        await socket.ConnectAsync(new Uri(link), Limit());
        var frame = $$$"""{"type":"auth","data":{"token":"{{{token}}}"}}""";
        await socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, true, Limit());
        return socket;
    }

    private static async Task<JsonElement> NextAsync(ClientWebSocket socket, bool keepPings = false)
    {
        while (true)
        {
            var text = await socket.ReadTextAsync(Limit());
            var frame = JsonDocument.Parse(text).RootElement;
            if (keepPings || frame.GetProperty("type").GetString() != "ping")
                return frame;
        }
    }

    private static CancellationToken Limit() => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;
}

internal static class SocketReading
{
    public static async Task<string> ReadTextAsync(this ClientWebSocket socket, CancellationToken token)
    {
        var whole = new MemoryStream();
        var buffer = new byte[16384];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), token);
            Assert.Equal(WebSocketMessageType.Text, received.MessageType);
            whole.Write(buffer, 0, received.Count);
            if (received.EndOfMessage)
                return Encoding.UTF8.GetString(whole.ToArray());
        }
    }
}
