using Gantry.Agent.Runtime;
using Gantry.Api.Http;
using Gantry.Bus;
using Gantry.Contracts.V1;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Http;

namespace Gantry.Api.Containers;

internal static class StopEndpoints
{
    /// <summary>Signals that tenants may send, by name, with their Linux numbers.</summary>
    private static readonly Dictionary<string, int> Signals = new(StringComparer.Ordinal) { ["SIGUSR1"] = 10, ["SIGUSR2"] = 12 };

    public static async Task<IResult> StopAsync(string id, TargetApp app, IContainerStore containers, IBus bus, CancellationToken token)
    {
        if (await FindAsync(id, app, containers, token) is not { } container)
            return Unknown(id);
        if (container.Type != ProcessTypes.OneOff)
            return Reply.Invalid("container", $"{container.Label} is no one-off: scale {container.Type} down to stop it");
        await containers.UpdateAsync(container.Id, c => c with { Wanted = false }, token);
        bus.Publish(new AppChanged(app.App.Id));
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    public static async Task<IResult> KillAsync(
        string id, TargetApp app, JsonBody<KillRequest> body, IContainerStore containers, IContainerRuntime runtime, CancellationToken token)
    {
        if (await FindAsync(id, app, containers, token) is not { } container)
            return Unknown(id);
        if (!Signals.TryGetValue(body.Value?.Signal ?? "", out var number))
            return Reply.Invalid("signal", $"must be one of {string.Join(", ", Signals.Keys)}");
        if (container.State != ContainerState.Running)
            return Reply.Invalid("container", $"{container.Label} is not running but {container.State.ToString().ToLowerInvariant()}");
        await runtime.SignalAsync(container.Id, number, token);
        return Reply.NoContent();
    }

    /// <summary>By id or label, among the live ones of the app.</summary>
    private static async Task<Container?> FindAsync(string id, TargetApp app, IContainerStore containers, CancellationToken token) =>
        (await containers.ListLiveAsync(app.App.Id, token)).FirstOrDefault(c => c.Id == new ContainerId(id) || c.Label == id);

    private static IResult Unknown(string id) => Reply.NotFound("container", $"The app has no running container \"{id}\".");
}
