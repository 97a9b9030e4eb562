using System.Text;
using System.Threading.Channels;
using Gantry.Bus;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Deployments;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Git;

/// <summary>Shows a pusher what becomes of the deployment.</summary>
internal sealed class PushFollower(IDeploymentStore deployments, IBus bus, IOptions<GitOptions> options, TimeProvider time)
{
    /// <summary>How often the record is read when no notification comes.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>Writes the output as it comes, until the deployment has ended.</summary>
    /// <param name="shown">Bytes that the pusher has seen already, before this platform was restarted.</param>
    public async Task FollowAsync(App app, DeploymentId id, Stream stream, long shown, CancellationToken token)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(token);
        var news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        // Subscribed before the first look, so that nothing falls between the two.
        var pump = PumpAsync(bus.Subscribe(ended.Token), id, news.Writer, ended.Token);
        var url = options.Value.AppUrlFormat.Replace("{name}", app.Name.Value, StringComparison.Ordinal);
        var (offset, urlSeen, finished) = (0L, false, false);
        while (!finished)
        {
            // The record first: a final status then never overtakes the last lines.
            var now = await deployments.FindAsync(id, token);
            var text = await deployments.ReadOutputAsync(id, offset, token) ?? "";
            offset += text.Length;
            urlSeen |= text.Contains(url, StringComparison.Ordinal);
            finished = now is null || now.Status.IsFinished();
            if (finished && now?.Status == DeploymentStatus.Success && !urlSeen)
                text += $"-----> {app.Name} is deployed: {url}\n";
            var bytes = Encoding.UTF8.GetBytes(text);
            var skip = (int)Math.Min(shown, bytes.Length);
            shown -= skip;
            await stream.WriteAsync(bytes.AsMemory(skip), token);
            await stream.FlushAsync(token);
            if (!finished)
                await WaitAsync(news.Reader, token);
        }
        await ended.CancelAsync();
        await pump;
    }

    /// <summary><c>success</c>, or a sentence on why not.</summary>
    public async Task<string> ResultAsync(DeploymentId id, CancellationToken token) => await deployments.FindAsync(id, token) switch
    {
        null => "The deployment is gone: the app was removed meanwhile.",
        { Status: DeploymentStatus.Success } => "success",
        { Status: DeploymentStatus.Aborted } d => $"The deployment was aborted: {d.FailureReason ?? "someone asked for it"}. What ran before runs on.",
        var d => $"The deployment failed ({d.Status.ToWire()}): {d.FailureReason ?? "see the lines above"} What ran before runs on.",
    };

    private async Task WaitAsync(ChannelReader<bool> news, CancellationToken token)
    {
        using var tick = new CancellationTokenSource(Tick, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(token, tick.Token);
        try
        {
            await news.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            // Time to look anyway.
        }
    }

    private static async Task PumpAsync(IAsyncEnumerable<Notification> notifications, DeploymentId id, ChannelWriter<bool> news, CancellationToken token)
    {
        try
        {
            await foreach (var notification in notifications.WithCancellation(token))
            {
                if (notification is Missed || notification is DeploymentOutput o && o.DeploymentId == id || notification is DeploymentChanged c && c.DeploymentId == id)
                    news.TryWrite(true);
            }
        }
        catch (OperationCanceledException)
        {
            // The deployment or the connection has ended.
        }
    }
}
