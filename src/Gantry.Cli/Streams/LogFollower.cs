using System.Text.Json;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Streams;

/// <summary>
/// Follows a log over as many connections as it takes. The server says with each line where its source goes on, so
/// the next connection goes on exactly behind the last line that was shown.
/// </summary>
internal sealed class LogFollower(LogSource source, Action<string> onLine, Shell shell)
{
    private const int TriesBeforeGivingUp = 20;

    /// <summary>The past, which is shown once it is whole: only then is it known where to go on after a lost connection.</summary>
    private readonly List<string> _past = [];
    private LogPlace? _place;

    public async Task RunAsync(int past, CancellationToken token)
    {
        var reconnection = new Reconnection(shell);
        while (true)
        {
            try
            {
                await FollowAsync(past, reconnection, token);
            }
            catch (Exception e) when (Reconnection.IsTransient(e) && (_place is not null || e is not CliError))
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
        _past.Clear();
        using var frames = await source.ConnectAsync(_place?.ToString() ?? "", past, token);
        await foreach (var text in frames.ReadAsync(token))
        {
            reconnection.Succeeded();
            if (JsonSerializer.Deserialize(text, V1Json.Default.LogFrame) is { } frame)
                Read(frame);
        }
    }

    private void Read(LogFrame frame)
    {
        if (frame is { Event: "position", Position: { } start })
        {
            _place = new LogPlace(start);
            _past.ForEach(onLine);
            _past.Clear();
        }
        else if (frame is { Event: "log", Log: { } line })
        {
            Read(line.TrimEnd('\n'), frame.Position);
        }
    }

    private void Read(string line, string? position)
    {
        if (_place is null)
        {
            _past.Add(line);
            return;
        }

        onLine(line);
        if (position is not null)
            _place.Pass(position);
    }
}
