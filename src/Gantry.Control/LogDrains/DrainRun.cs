using System.Globalization;
using Gantry.Agent.Logs;
using Gantry.Domain.Logs;
using Gantry.Store.Records;

namespace Gantry.Control.LogDrains;

/// <summary>
/// Serves one drain. Where it stands is noted after each batch, so a restart goes on there: nothing that the log still
/// holds is left out, and at most one batch is sent twice.
/// </summary>
internal sealed class DrainRun(LogDrain drain, ILogSender sender, IAppLog log, ILogDrainStore store, LogDrainOptions options, TimeProvider clock)
{
    /// <summary>Source of the lines that tell the app about its drains.</summary>
    public const string Source = "log-drain";
    private readonly LogCursor _cursor = LogCursor.Parse(drain.Cursor);
    private readonly string _name = LogDrainAddress.Parse(drain.Url) is { Refusal: null } address ? address.Value.Shown : "the log drain";
    private DrainQuarantine _state;
    private long _refusedLines;

    public async Task RunAsync(CancellationToken token)
    {
        var lines = log.FollowAsync(drain.AppId, LogFilter.All, LogCursor.Parse(drain.Cursor), token);
        await foreach (var batch in DrainBatches.Of(lines, options.BatchLines, options.BatchBytes, token))
        {
            await DeliverAsync(batch, token);
            foreach (var line in batch) Passed(line);
            await store.SaveCursorAsync(drain.Id, _cursor.ToString(), token);
        }
    }

    /// <summary>Returns when every line was taken, or refused and counted.</summary>
    private async Task DeliverAsync(IReadOnlyList<LogLine> batch, CancellationToken token)
    {
        while (true)
        {
            try
            {
                await SendAsync(batch, token);
                Succeeded();
                return;
            }
            catch (DrainException e) when (e.IsRefusal && batch.Count > 1)
            {
                // One of them is wrong, and the others must not suffer for it.
                foreach (var line in batch) await DeliverAsync([line], token);
                return;
            }
            catch (DrainException e)
            {
                if (e.IsRefusal) Refused(e);
                await PauseAsync(e, token);
                if (e.IsRefusal) return;
            }
        }
    }

    private async Task SendAsync(IReadOnlyList<LogLine> batch, CancellationToken token)
    {
        using var limit = new CancellationTokenSource(options.SendTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(token, limit.Token);
        try
        {
            await sender.SendAsync(batch, either.Token);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw new DrainException($"{_name} took longer than {options.SendTimeout.TotalSeconds:0} s");
        }
    }

    private void Passed(LogLine line)
    {
        _cursor.Pass(line.Position);
        if (line.Missed > 0)
            Tell($"{_name} was too slow: {line.Missed.ToString(CultureInfo.InvariantCulture)} lines of {line.Source} left the log before they could be sent.");
    }

    private void Succeeded()
    {
        if (_state.Quarantines > 0) Tell($"{_name} takes lines again.");
        if (_refusedLines > 0) Tell($"{_name} refused {_refusedLines.ToString(CultureInfo.InvariantCulture)} lines, which it will not get.");
        (_state, _refusedLines) = (default, 0);
    }

    private void Refused(DrainException e)
    {
        if (_refusedLines++ == 0) Tell($"{_name} refuses lines: {e.Message}");
    }

    private Task PauseAsync(DrainException e, CancellationToken token)
    {
        _state = _state.AfterRefusal();
        if (_state.IsQuarantined)
            Tell($"{_name} is not tried for {_state.Pause.TotalMinutes:0} minutes: {e.Message}. Its lines wait in the log, as long as that holds them.");
        return Task.Delay(_state.Pause, clock, token);
    }

    private void Tell(string text) => log.Append(drain.AppId, Source, text);
}
