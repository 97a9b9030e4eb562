using System.Text.Json.Nodes;
using Gantry.Api.Events;
using Gantry.Domain.Accounts;
using Gantry.Domain.Hosts;

namespace Gantry.Api.Admin;

/// <summary>Writes what operators changed of a host; what was so before is no event.</summary>
internal sealed class HostTimeline(Timeline timeline)
{
    public async Task ChangedAsync(Host before, Host after, User user, CancellationToken token)
    {
        if (before.Cordoned != after.Cordoned || (before.Drain is null) != (after.Drain is null))
            await AddAsync(after.Cordoned ? "cordon_host" : "uncordon_host", new JsonObject { ["ended_drain"] = before.Drain is not null && after.Drain is null });
        if (before.Class != after.Class || before.Zone != after.Zone || !Same(before.Labels, after.Labels))
            await AddAsync("edit_host", new JsonObject
            {
                ["class"] = after.Class,
                ["zone"] = after.Zone,
                ["labels"] = new JsonObject(after.Labels.Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value))),
            });

        Task AddAsync(string type, JsonObject data)
        {
            data.Insert(0, "host", after.Id.Value);
            return timeline.AddOfPlatformAsync(type, user, data, token);
        }
    }

    private static bool Same(IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other) =>
        one.Count == other.Count && one.All(l => other.TryGetValue(l.Key, out var value) && value == l.Value);
}
