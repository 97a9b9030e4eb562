using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Gantry.Domain;
using Gantry.Store.Records;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Bench.Cluster;

/// <summary>How long after a container was found ready the router serves its app: asked of the router itself, without a pause.</summary>
internal static class RouteProbe
{
    /// <param name="from">The first of as many apps that are scaled to zero.</param>
    public static async Task RunAsync(string api, string token, string edge, string connection, string keyPath, int from, int apps)
    {
        await using var services = ClusterStore.Open(connection, keyPath);
        using var platform = new HttpClient { BaseAddress = new Uri(api) };
        platform.DefaultRequestHeaders.Authorization = new("Bearer", token);
        using var router = new HttpClient { BaseAddress = new Uri(edge) };
        var took = new List<double>();
        foreach (var number in Enumerable.Range(from, apps))
        {
            await ScaleAsync(platform, number, 1);
            var served = await ServedAsync(router, $"bench-{number:D6}.apps.localhost");
            var container = (await services.GetRequiredService<IContainerStore>().ListLiveAsync(new AppId($"ap-sim-{number}"), default)).Single();
            took.Add((served - container.ReadyAt!.Value).TotalMilliseconds);
            await ScaleAsync(platform, number, 0);
        }

        took.Sort();
        Console.WriteLine(string.Create(null, $"{took[took.Count / 2]:0} {took[^1]:0}"));
    }

    private static async Task ScaleAsync(HttpClient platform, int number, int amount)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            using var reply = await platform.PostAsJsonAsync($"/v1/apps/bench-{number:D6}/scale", new { containers = new[] { new { name = "web", amount } } });
            // The one before is carried out until its operation is written down as done.
            if (reply.StatusCode != HttpStatusCode.Conflict || Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(60))
            {
                reply.EnsureSuccessStatusCode();
                return;
            }

            await Task.Delay(20);
        }
    }

    private static async Task<DateTimeOffset> ServedAsync(HttpClient router, string host)
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(60))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = host } };
            using var reply = await router.SendAsync(request);
            if (reply.IsSuccessStatusCode)
                return DateTimeOffset.UtcNow;
        }

        throw new InvalidOperationException($"{host} was not served within a minute.");
    }
}
