using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

/// <summary>The v1 API as its public clients call it, on real containers and logs.</summary>
[Collection("client")]
public sealed class ClientApiTests(GantryPlatform platform, ClientApp app)
{
    private static CancellationToken Limit => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    private string Path => $"/v1/apps/{app.Name}";

    [Fact]
    public async Task DeploymentStream_OpenedAfterTheEnd_ReplaysAllOfIt()
    {
        var deployment = (await app.JsonAsync("deploy", app.Source.Directory, "--no-follow"))["id"]!.ToString();
        await Wait.ForAsync<object>(async () => (await DeploymentAsync(deployment))["status"]!.ToString() == "success" ? app : null, "the end of the deployment");
        var stream = new Uri((await platform.ApiGetAsync(Path))["app"]!["links"]!["deployments_stream"]!.ToString());
        var jwt = await ExchangeAsync();

        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", "http://scalingo-cli.local/1");
        await socket.ConnectAsync(stream, Limit);
        await socket.SendAsync(Encoding.UTF8.GetBytes($$$"""{"type":"auth","data":{"token":"{{{jwt}}}"}}"""), WebSocketMessageType.Text, true, Limit);
        var frames = new List<JsonNode>();
        while (frames.Count == 0 || frames[^1]["data"]?["status"]?.ToString() != "success")
            if (await NextAsync(socket) is var frame && frame["type"]!.ToString() != "ping")
                frames.Add(frame);

        Assert.All(frames, f => Assert.Equal(deployment, f["id"]!.ToString()));
        Assert.Equal("new", frames[0]["type"]!.ToString());
        Assert.Equal("admin", frames[0]["data"]!["deployment"]!["pusher"]!["username"]!.ToString());
        var output = string.Concat(frames.Where(f => f["type"]!.ToString() == "log").Select(f => f["data"]!["content"]!.ToString()));
        Assert.Equal(await platform.Api.GetStringAsync(new Uri((await DeploymentAsync(deployment))["links"]!["output"]!.ToString()), Limit), output);
    }

    [Fact]
    public async Task LogStream_ByWebSocketWithARawFilter_GivesLinesOfThoseSources()
    {
        var address = (await platform.ApiGetAsync($"{Path}/logs"))["logs_url"]!.ToString();
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri(address.Replace("http://", "ws://", StringComparison.Ordinal) + "&stream=true&filter=web|router"), Limit);
        var mark = Guid.NewGuid().ToString("N")[..8];
        using var stop = new CancellationTokenSource();
        var visits = VisitAsync("/" + mark, stop.Token);

        var frame = await NextAsync(socket);
        while (frame["event"]!.ToString() == "ping" || !frame["log"]!.ToString().Contains(mark, StringComparison.Ordinal))
            frame = await NextAsync(socket);
        await stop.CancelAsync();
        await visits;

        Assert.Equal("log", frame["event"]!.ToString());
        Assert.EndsWith($" [web-1] request /{mark}\n", frame["log"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.Zero, DateTimeOffset.Parse(frame["timestamp"]!.ToString(), null).Offset);
    }

    [Fact]
    public async Task Scale_Accepted_IsAnOperationAtItsLocationAndAnEvent()
    {
        var location = await ScaleAsync("worker", 1);

        var operation = await Wait.ForAsync<JsonNode>(
            async () => (await platform.ApiGetAsync(location))["operation"]! is var o && o["status"]!.ToString() is "done" or "error" ? (await platform.ApiGetAsync(location))["operation"] : null,
            "the end of the operation");
        var events = (await platform.ApiGetAsync($"{Path}/events?per_page=5"))["events"]!.AsArray();
        await ScaleAsync("worker", 0);

        Assert.Equal(("done", "scale"), (operation["status"]!.ToString(), operation["type"]!.ToString()));
        Assert.NotNull((string?)operation["finished_at"]);
        var scaled = events.First(e => e!["type"]!.ToString() == "scale")!;
        Assert.Equal("1:M", scaled["type_data"]!["containers"]!["worker"]!.ToString());
        Assert.Equal("0:M", scaled["type_data"]!["previous_containers"]!["worker"]!.ToString());
        Assert.Equal("admin", scaled["user"]!["username"]!.ToString());
        await app.WaitForContainersAsync("web-1");
    }

    [Fact]
    public async Task Scale_TenOfAType_RunAndTheEleventhIsRefused()
    {
        (await app.GantryAsync("scale", "worker:10:S")).ExpectSuccess();
        await app.WaitForContainersAsync(["web-1", .. Enumerable.Range(1, 10).Select(i => $"worker-{i}")]);

        using var response = await platform.Api.PostAsJsonAsync($"{Path}/scale", Formation("worker", 11), Limit);
        var refused = JsonNode.Parse(await response.Content.ReadAsStringAsync(Limit))!;
        (await app.GantryAsync("scale", "worker:0")).ExpectSuccess();
        await app.WaitForContainersAsync("web-1");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Contains("limit is 10", refused["errors"]!["containers"]![0]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TheEleventhOneOff_IsRefused()
    {
        var labels = new List<string>();
        for (var i = 0; i < 10; i++)
            labels.Add((await RunAsync())["container"]!["label"]!.ToString());

        using var response = await platform.Api.PostAsJsonAsync($"{Path}/run", new { command = "sleep 1000", detached = true }, Limit);
        var refused = JsonNode.Parse(await response.Content.ReadAsStringAsync(Limit))!;
        foreach (var label in labels)
            Assert.Equal(HttpStatusCode.Accepted, (await platform.Api.PostAsJsonAsync($"{Path}/containers/{label}/stop", new { }, Limit)).StatusCode);
        await app.WaitForContainersAsync("web-1");

        Assert.Equal(10, labels.Distinct().Count());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Contains("10 one-offs", refused["errors"]!["one-off"]![0]!.ToString(), StringComparison.Ordinal);
    }

    private static object Formation(string type, int amount) => new { containers = new[] { new { app_id = "", name = type, amount, command = "", size = "" } } };

    private async Task<JsonNode> DeploymentAsync(string id) => (await platform.ApiGetAsync($"{Path}/deployments/{id}"))["deployment"]!;

    private async Task<string> ExchangeAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/tokens/exchange") { Content = JsonContent.Create(new { }) };
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(":" + platform.Token)));
        using var response = await platform.Api.SendAsync(request, Limit);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(Limit))!["token"]!.ToString();
    }

    private async Task<string> ScaleAsync(string type, int amount)
    {
        using var response = await platform.Api.PostAsJsonAsync($"{Path}/scale", Formation(type, amount), Limit);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return response.Headers.Location!.ToString();
    }

    private async Task<JsonNode> RunAsync()
    {
        using var response = await platform.Api.PostAsJsonAsync($"{Path}/run", new { command = "sleep 1000", detached = true, size = "S" }, Limit);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(Limit))!;
    }

    private async Task VisitAsync(string path, CancellationToken token)
    {
        while (!token.IsCancellationRequested)
            await app.VisitAsync(path);
    }

    private static async Task<JsonNode> NextAsync(ClientWebSocket socket)
    {
        var whole = new MemoryStream();
        var buffer = new byte[16384];
        ValueWebSocketReceiveResult received;
        do
        {
            received = await socket.ReceiveAsync(buffer.AsMemory(), Limit);
            Assert.Equal(WebSocketMessageType.Text, received.MessageType);
            whole.Write(buffer, 0, received.Count);
        }
        while (!received.EndOfMessage);
        return JsonNode.Parse(whole.ToArray())!;
    }
}
