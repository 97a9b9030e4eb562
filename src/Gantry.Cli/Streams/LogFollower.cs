using System.Text.Json;
using System.Threading.Channels;

namespace Gantry.Cli.Streams;

/// <summary>
/// Follows a log over as many connections as it takes. Each connection opens the stream first and asks for the past
/// afterwards, so that no line falls between the two; lines that both of them bring are shown once.
/// </summary>
internal sealed class LogFollower(LogSource source, Action<string> onLine, Shell shell)
{
    /// <summary>How far back a reconnection looks for what it missed, in lines.</summary>
    private const int CatchUp = 1000;

    private const int TriesBeforeGivingUp = 20;
    private readonly ShownLines _shown = new(2 * CatchUp);
    private bool _connected;

    public async Task RunAsync(int past, CancellationToken token)
    {
        var reconnection = new Reconnection(shell);
        while (true)
        {
            try
            {
                await FollowAsync(past, reconnection, token);
            }
            catch (Exception e) when (Reconnection.IsTransient(e) && (_connected || e is not CliError))
            {
                if (shell.Debug)
                    shell.Error.WriteLine(e);
                if (reconnection.Failures >= TriesBeforeGivingUp)
                    throw GaveUp(e);
            }

            if (reconnection.Failures == 0)
                shell.Error.WriteLine("The connection to the log was lost; connecting again…");
            await reconnection.PauseAsync(token);
        }
    }

    private static CliError GaveUp(Exception cause) => new(ExitCode.Unreachable, $"The log stream cannot be reached: {cause.Message}",
        "Is gantryd running? Past lines without following: gantry logs -n 100", cause);

    private async Task FollowAsync(int past, Reconnection reconnection, CancellationToken token)
    {
        using var frames = await source.ConnectAsync(token);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(token);
        var queue = Channel.CreateUnbounded<string>();
        var reader = ReadAsync(frames, queue.Writer, reading.Token);
        try
        {
            var dump = await source.DumpAsync(_connected ? CatchUp : past, token);
            ShowPast(dump);
            _connected = true;
            reconnection.Succeeded();
            var overlap = new StreamOverlap(dump);
            await foreach (var line in queue.Reader.ReadAllAsync(token))
                if (overlap.IsNew(line))
                    Show(line);
            await reader;
        }
        finally
        {
            await reading.CancelAsync();
            await reader.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private void ShowPast(IReadOnlyList<string> dump)
    {
        var news = _connected ? _shown.After(dump) : dump;
        if (_connected && news.Count == dump.Count && dump.Count >= CatchUp)
            shell.Error.WriteLine($"More than {CatchUp} lines were written meanwhile; the oldest of them are not shown here.");
        foreach (var line in news)
            Show(line);
    }

    private void Show(string line)
    {
        _shown.Add(line);
        onLine(line);
    }

    private static async Task ReadAsync(WebSocketFrames frames, ChannelWriter<string> queue, CancellationToken token)
    {
        try
        {
            await foreach (var frame in frames.ReadAsync(token))
                if (LineOf(frame) is { } line)
                    await queue.WriteAsync(line, token);
            queue.TryComplete();
        }
        catch (Exception e)
        {
            queue.TryComplete(e);
            throw;
        }
    }

    private static string? LineOf(string frame)
    {
        using var document = JsonDocument.Parse(frame);
        var root = document.RootElement;
        return root.TryGetProperty("event", out var kind) && kind.GetString() == "log" ? root.GetProperty("log").GetString()?.TrimEnd('\n') : null;
    }
}
