using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Bench.Cluster;

/// <summary>
/// How long after the leader has written down that a restarted app's new container is ready each router answers by it. The app has one
/// container and answers with that one's address, so a change of the answer is a change of the route.
/// </summary>
internal static class PropagationBench
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    /// <param name="edges">The leader's router first.</param>
    public static async Task RunAsync(string api, string token, string connection, string keyPath, string app, int times, string[] edges)
    {
        await using var services = ClusterStore.Open(connection, keyPath);
        var (apps, containers) = (services.GetRequiredService<IAppStore>(), services.GetRequiredService<IContainerStore>());
        var id = (await apps.FindAsync(app, default) ?? throw new InvalidOperationException($"There is no app {app}.")).Id;
        using var platform = new HttpClient { BaseAddress = new Uri(api) };
        platform.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var watches = edges.Select(e => new RouterWatch(e, $"{app}.apps.localhost")).ToList();
        var took = watches.ToDictionary(w => w, _ => new List<double>());
        try
        {
            watches.ForEach(w => w.Start());
            // The first one warms everything up.
            for (var i = 0; i <= times; i++)
            {
                var began = DateTimeOffset.UtcNow;
                var ready = await RestartAsync(platform, containers, id, app);
                foreach (var watch in watches)
                {
                    DateTimeOffset? since = null;
                    await UntilAsync(() => Task.FromResult((since = watch.Since(ready.Address!, began)) is not null), $"{watch.Address} answers by {ready.Id} at {ready.Address}");
                    if (i > 0)
                        took[watch].Add((since!.Value - ready.ReadyAt!.Value).TotalMilliseconds);
                }
            }
        }
        finally
        {
            foreach (var watch in watches)
                await watch.DisposeAsync();
        }

        foreach (var (watch, name) in watches.Select((w, i) => (w, i == 0 ? "of the leader" : $"of standby {i}")))
            Print(name, took[watch], $"{watch.Stale}", $"{watch.Failed}");
        Print("the last of them", [.. Enumerable.Range(0, times).Select(i => took.Values.Max(t => t[i]))], "", "");
    }

    /// <returns>The container that took over.</returns>
    private static async Task<Container> RestartAsync(HttpClient platform, IContainerStore containers, AppId id, string app)
    {
        Container? before = null, after = null;
        await UntilAsync(async () => (before = await OnlyAsync(containers, id)) is not null, $"{app} has one container");
        await UntilAsync(
            async () =>
            {
                using var reply = await platform.PostAsJsonAsync($"/v1/apps/{app}/restart", new { });
                // The one before is carried out until its operation is written down as done.
                return reply.StatusCode == HttpStatusCode.Conflict ? false : reply.EnsureSuccessStatusCode().IsSuccessStatusCode;
            },
            $"{app} may be restarted");
        await UntilAsync(
            async () => (after = (await containers.ListLiveAsync(id, default)).SingleOrDefault(c => c.Id != before!.Id && c.ReadyAt is not null)) is not null, $"{app} is restarted");
        return after!;
    }

    private static async Task<Container?> OnlyAsync(IContainerStore containers, AppId id) =>
        await containers.ListLiveAsync(id, default) is [{ ReadyAt: not null } only] ? only : null;

    private static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            if (Stopwatch.GetElapsedTime(began) > _patience)
                throw new InvalidOperationException($"Not within {_patience.TotalSeconds} s: {what}.");
            await Task.Delay(20);
        }
    }

    private static void Print(string name, IReadOnlyList<double> times, string stale, string failed)
    {
        var took = times.Order().ToList();
        Console.WriteLine(string.Create(null, $"| {name} | {took[took.Count / 2]:0} | {took[took.Count * 95 / 100]:0} | {took[^1]:0} | {stale} | {failed} |"));
    }
}
