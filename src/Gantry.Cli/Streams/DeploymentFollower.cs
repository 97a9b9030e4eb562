using System.Text.Json;
using Gantry.Cli.Http;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Streams;

/// <summary>
/// Follows one deployment to its end. The stream replays what was said before, so after a lost connection the part that
/// was already printed is left out; where no stream comes about, the stored output is read instead. Either way each line
/// is printed once.
/// </summary>
internal sealed class DeploymentFollower(
    ApiClient api, string appPath, Uri stream, string deployment, Action<string> onLog, Action<string> onStatus, Shell shell)
{
    private static readonly TimeSpan Check = TimeSpan.FromSeconds(10);
    private const int TriesBeforePolling = 3;

    private readonly ReplayedText _text = new();
    private readonly HashSet<string> _told = [];
    private string? _status;

    public static bool IsFinal(string status) => status is not ("queued" or "building" or "pushing" or "starting");

    /// <summary>The deployment in its final status.</summary>
    public async Task<DeploymentResource> RunAsync(CancellationToken token)
    {
        var reconnection = new Reconnection(shell);
        while (reconnection.Failures < TriesBeforePolling)
        {
            if (await FollowStreamAsync(reconnection, token))
                return await FinishAsync(token);
            if (await FetchAsync(token) is { } deployment && IsFinal(deployment.Status))
                return await FinishAsync(token);
            await reconnection.PauseAsync(token);
        }

        return await PollAsync(token);
    }

    /// <summary>Whether the stream told of the end; false when it broke before.</summary>
    private async Task<bool> FollowStreamAsync(Reconnection reconnection, CancellationToken token)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(token);
        var watch = WatchAsync(ended);
        try
        {
            using var frames = await WebSocketFrames.ConnectAsync(stream, ended.Token);
            await frames.SendAsync(await AuthAsync(ended.Token), ended.Token);
            _text.Restart();
            await foreach (var frame in frames.ReadAsync(ended.Token))
            {
                reconnection.Succeeded();
                Read(frame);
                if (_status is { } status && IsFinal(status))
                    return true;
            }
        }
        catch (Exception e) when (Reconnection.IsTransient(e))
        {
            if (shell.Debug)
                shell.Error.WriteLine(e);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            // The watch saw the end that the stream did not tell.
            return true;
        }
        finally
        {
            await ended.CancelAsync();
            await watch;
        }

        return false;
    }

    /// <summary>Looks at the deployment itself now and then, so that a lost frame cannot keep us waiting for ever.</summary>
    private async Task WatchAsync(CancellationTokenSource ended)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Check, shell.Time, ended.Token);
                if (await FetchAsync(ended.Token) is { } seen && IsFinal(seen.Status))
                    break;
            }

            await Task.Delay(TimeSpan.FromSeconds(1), shell.Time, ended.Token);
            await ended.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // The stream has ended before the watch saw anything: what it is there for.
        }
    }

    private async Task<byte[]> AuthAsync(CancellationToken token) => JsonSerializer.SerializeToUtf8Bytes(
        new StreamAuthFrame("auth", new StreamAuthData(await api.JwtAsync(token))), V1Json.Default.StreamAuthFrame);

    private void Read(string frame)
    {
        using var document = JsonDocument.Parse(frame);
        var root = document.RootElement;
        if (!root.TryGetProperty("id", out var id) || id.GetString() != deployment || !root.TryGetProperty("data", out var data))
            return;
        if (root.GetProperty("type").GetString() == "log")
            Print(_text.Accept(data.GetProperty("content").GetString() ?? ""));
        else if (root.GetProperty("type").GetString() == "status")
            Status(data.GetProperty("status").GetString() ?? "");
    }

    private void Print(string text)
    {
        if (text.Length > 0)
            onLog(text);
    }

    /// <summary>Tells each status once: a replay tells all of them again.</summary>
    private void Status(string status)
    {
        _status = status;
        if (_told.Add(status))
            onStatus(status);
    }

    private async Task<DeploymentResource?> FetchAsync(CancellationToken token)
    {
        try
        {
            return await DeploymentAsync(token);
        }
        catch (CliError e) when (Reconnection.IsTransient(e))
        {
            return null;
        }
    }

    private async Task<DeploymentResource> DeploymentAsync(CancellationToken token) =>
        (await api.GetAsync($"{appPath}/deployments/{deployment}", V1Json.Default.DeploymentReply, token)).Deployment;

    /// <summary>Prints what of the stored output has not been seen, and the final status.</summary>
    private async Task<DeploymentResource> FinishAsync(CancellationToken token)
    {
        var result = await DeploymentAsync(token);
        await PrintStoredAsync(result, token);
        Status(result.Status);
        return result;
    }

    private async Task PrintStoredAsync(DeploymentResource result, CancellationToken token)
    {
        if (await api.TextAsync(result.Links.Output, authenticated: true, token) is { } stored)
            Print(_text.Complete(stored));
    }

    private async Task<DeploymentResource> PollAsync(CancellationToken token)
    {
        shell.Error.WriteLine("The deployment stream cannot be reached; the output is read every few seconds instead.");
        while (true)
        {
            var seen = await DeploymentAsync(token);
            await PrintStoredAsync(seen, token);
            Status(seen.Status);
            if (IsFinal(seen.Status))
                return seen;
            await Task.Delay(TimeSpan.FromSeconds(3), shell.Time, token);
        }
    }
}
