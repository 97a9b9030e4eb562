using System.Text.Json;
using Gantry.Agent.Logs;
using Gantry.Control.LogDrains;
using Gantry.Domain.Logs;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gantry.Control.Tests.LogDrains;

public sealed class HttpDrainTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gantry-drains-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Elastic_ReceiverFailsNowAndThen_GetsEveryLineOnceAndInOrder()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        var requests = 0;
        receiver.Answer = _ => Interlocked.Increment(ref requests) % 3 == 1 ? (503, "not now") : (200, """{"errors":false,"items":[]}""");
        await using var host = await DrainHost.StartAsync(_folder, o => o.BatchLines = 50);
        await host.AddAsync($"{receiver.Url.Replace("http://", "http://user:pass@")}/prefix");
        host.Write(0, 500);
        await Until.TrueAsync(() => Taken().Count >= 500, "all lines were taken");

        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"line {i}: grün \"quoted\""), Taken().Select(doc => doc.Message));
        Assert.Equal(500, Taken().Select(doc => doc.Id).Distinct().Count());
        Assert.All(receiver.Requests, request => Assert.Equal(("/prefix/_bulk", "Basic dXNlcjpwYXNz"), (request.Path, request.Authorization)));
        Assert.Empty(await host.ToldAsync());

        List<(string Id, string Message)> Taken() =>
            [.. receiver.Requests.Where((_, i) => i % 3 != 0).SelectMany(request => request.Body.Split('\n')[..^1].Chunk(2))
                .Select(pair => (Property(pair[0], "create").GetProperty("_id").GetString()!, Property(pair[1], "message").GetString()!))];
    }

    [Fact]
    public async Task Elastic_OneLineIsRefused_TheOthersArriveAndTheLossIsCounted()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        receiver.Answer = body => body.Contains("line 7:")
            ? (200, """{"errors":true,"items":[{"create":{"status":400,"error":{"type":"mapper_parsing_exception"}}}]}""")
            : (200, """{"errors":false,"items":[]}""");
        await using var host = await DrainHost.StartAsync(_folder);
        await host.AddAsync(receiver.Url);
        host.Write(0, 20);

        await Until.TrueAsync(async () => (await host.ToldAsync()).Any(told => told.EndsWith("refused 1 lines, which it will not get.")), "the loss is counted");
        foreach (var i in Enumerable.Range(0, 20).Where(i => i != 7))
            await Until.TrueAsync(() => receiver.Requests.Any(r => !r.Body.Contains("line 7:") && r.Body.Contains($"line {i}:")), $"line {i} arrives");
        Assert.Contains(await host.ToldAsync(), told => told.Contains("mapper_parsing_exception"));
    }

    [Fact]
    public async Task Receiver_RefusesTenTimes_IsLeftAloneForFiveMinutesAndThenGetsEverything()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        receiver.Answer = _ => (503, "down");
        await using var host = await DrainHost.StartAsync(_folder, serves: false);
        await host.AddAsync(receiver.Url);
        host.Write(0, 30);
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var options = new LogDrainOptions { AllowOwnAddresses = true };
        var drain = (await host.Drains.FindAsync(receiver.Url, TestContext.Current.CancellationToken))!;
        await using var sender = new HttpSender(new DrainNetwork(Options.Create(options)), LogDrainAddress.Parse(drain.Url).Value, "my-app", options);
        using var stop = new CancellationTokenSource();
        var run = new DrainRun(drain, sender, host.Log, host.Drains, options, clock).RunAsync(stop.Token);

        await Until.TrueAsync(async () =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return (await host.ToldAsync()).Any(told => told.Contains("is not tried for 5 minutes: ") && told.Contains("answered 503"));
        }, "it is quarantined");
        Assert.Equal(10, receiver.Requests.Count);
        receiver.Answer = _ => (200, "{}");
        clock.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(10, receiver.Requests.Count);
        await Until.TrueAsync(async () =>
        {
            clock.Advance(TimeSpan.FromSeconds(10));
            return (await host.ToldAsync()).Any(told => told.EndsWith("takes lines again."));
        }, "it is tried again");
        await Until.TrueAsync(() => receiver.Requests.Skip(10).Sum(request => request.Body.Split("line ").Length - 1) >= 30, "nothing was lost");

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Theory]
    [InlineData("datadog://KeY1?region=eu", "/dd/eu", "", "KeY1", """[{"ddsource":"gantry","service":""")]
    [InlineData("betterstack://KeY1", "/bs", "Bearer KeY1", "", """[{"dt":""")]
    [InlineData("appsignal://KeY1", "/as?api_key=KeY1", "", "", """{"timestamp":""")]
    public async Task Service_OfEachKind_IsSpokenToInItsWords(string url, string path, string authorization, string key, string begin)
    {
        await using var receiver = await HttpReceiver.StartAsync();
        await using var host = await DrainHost.StartAsync(_folder, o =>
            (o.DatadogFormat, o.BetterStackUrl, o.AppSignalUrl) = ($"{receiver.Url}/dd/{{region}}", $"{receiver.Url}/bs", $"{receiver.Url}/as"));
        await host.AddAsync(url);
        host.Write(0, 1);

        await Until.TrueAsync(() => !receiver.Requests.IsEmpty, "it is sent");
        var request = receiver.Requests.First();
        Assert.Equal((path, authorization, key), (request.Path, request.Authorization, request.Key));
        Assert.StartsWith(begin, request.Body);
        var line = JsonDocument.Parse(request.Body.Split('\n')[0]).RootElement;
        line = line.ValueKind == JsonValueKind.Array ? line[0] : line;
        Assert.Equal("line 0: grün \"quoted\"", line.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Drain_Removed_IsSentNothingMore()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        await using var host = await DrainHost.StartAsync(_folder);
        await host.AddAsync(receiver.Url);
        host.Write(0, 1);
        await Until.TrueAsync(() => receiver.Requests.Count == 1, "it is sent");
        await host.Drains.RemoveAsync(receiver.Url, TestContext.Current.CancellationToken);
        await using var other = await HttpReceiver.StartAsync();
        await host.AddAsync(other.Url);
        await Until.TrueAsync(() =>
        {
            // Once a line that was written after a later drain began arrives there, the loop has seen the removal as well.
            host.Write(1, 1);
            return !other.Requests.IsEmpty;
        }, "the other drain is served");
        var count = receiver.Requests.Count;
        host.Write(2, 1);
        await Until.TrueAsync(() => other.Requests.Any(request => request.Body.Contains("line 2:")), "the other gets more");

        Assert.Equal(count, receiver.Requests.Count);
    }

    private static JsonElement Property(string json, string name) => JsonDocument.Parse(json).RootElement.GetProperty(name);
}
