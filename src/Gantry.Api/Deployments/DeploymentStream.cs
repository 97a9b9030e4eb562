using Gantry.Api.Accounts;
using Gantry.Api.Http;
using Gantry.Bus;
using Gantry.Contracts.V1;
using Gantry.Domain;
using Gantry.Domain.Deployments;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Deployments;

/// <summary>
/// Sends one client what happens to the deployments of one app. A notification only says where to look: the stream
/// reads the store and sends what it has not sent yet, so nothing is lost, doubled or out of order.
/// </summary>
internal sealed class DeploymentStream(
    IDeploymentStore deployments, IBus bus, UserDirectory users, IOptions<ApiOptions> options, TimeProvider time)
{
    /// <summary>Clients connect after they created the deployment, and a fast one may be over by then.</summary>
    private static readonly TimeSpan ReplayWindow = TimeSpan.FromMinutes(10);

    /// <summary>Runs until the token is cancelled.</summary>
    public async Task RunAsync(AppId app, JsonSocket socket, CancellationToken token)
    {
        var sent = new Dictionary<DeploymentId, Sent>();
        // Subscribed before the replay reads, so that nothing falls between the two.
        var notifications = bus.Subscribe(token);
        await ReplayAsync(app, sent, socket, token);
        await foreach (var notification in notifications.OrTickAsync(options.Value.StreamPing, time, token))
        {
            if (notification is not null)
                await HandleAsync(notification, app, sent, socket, token);
            else
                await PingAsync(app, sent, socket, token);
        }
    }

    private async Task PingAsync(AppId app, Dictionary<DeploymentId, Sent> sent, JsonSocket socket, CancellationToken token)
    {
        await socket.SendAsync(new StreamPingFrame("ping", new StreamPingData(time.GetUtcNow().ToUnixTimeSeconds())), token);
        await ReplayAsync(app, sent, socket, token);
    }

    private Task HandleAsync(
        Notification notification, AppId app, Dictionary<DeploymentId, Sent> sent, JsonSocket socket, CancellationToken token) =>
        notification switch
        {
            DeploymentChanged c when c.AppId == app => SendNewsAsync(c.DeploymentId, sent, socket, token),
            DeploymentOutput o when o.AppId == app => SendNewsAsync(o.DeploymentId, sent, socket, token),
            Missed => ReplayAsync(app, sent, socket, token),
            _ => Task.CompletedTask,
        };

    private async Task ReplayAsync(AppId app, Dictionary<DeploymentId, Sent> sent, JsonSocket socket, CancellationToken token)
    {
        var (latest, _) = await deployments.ListAsync(app, 1, 10, token);
        var since = time.GetUtcNow() - ReplayWindow;
        var relevant = latest.Where((d, i) => !d.Status.IsFinished() || sent.ContainsKey(d.Id) || (i == 0 && d.FinishedAt > since));
        foreach (var deployment in relevant.Reverse())
            await SendNewsAsync(deployment.Id, sent, socket, token);
    }

    private async Task SendNewsAsync(DeploymentId id, Dictionary<DeploymentId, Sent> sent, JsonSocket socket, CancellationToken token)
    {
        // The record is read before the output: a final status then never overtakes the last lines.
        if (await deployments.FindAsync(id, token) is not { } deployment)
            return;
        if (!sent.TryGetValue(id, out var state))
        {
            sent[id] = state = new Sent();
            var pusher = await users.FindAsync(deployment.PusherId, deployment.PusherName, token);
            await socket.SendAsync(new StreamNewFrame("new", id.Value, new StreamNewData(new StreamNewDeployment(id.Value, pusher))), token);
        }

        var output = await deployments.ReadOutputAsync(id, state.Characters, token);
        if (!string.IsNullOrEmpty(output))
        {
            await socket.SendAsync(new StreamLogFrame("log", id.Value, new StreamLogData(output)), token);
            state.Characters += output.Length;
        }

        if (state.Status != deployment.Status)
        {
            await socket.SendAsync(new StreamStatusFrame("status", id.Value, new StreamStatusData(deployment.Status.ToWire())), token);
            state.Status = deployment.Status;
        }
    }

    /// <summary>How far a deployment has been sent.</summary>
    private sealed class Sent
    {
        public long Characters { get; set; }

        public DeploymentStatus? Status { get; set; }
    }
}
