using System.Net.Sockets;
using System.Net.WebSockets;

namespace Gantry.Cli.Streams;

/// <summary>When to try again after a stream broke: soon, then less and less often.</summary>
internal sealed class Reconnection(Shell shell)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private TimeSpan _pause = First;

    /// <summary>How often in a row no connection came about.</summary>
    public int Failures { get; private set; }

    public static bool IsTransient(Exception error) =>
        error is WebSocketException or HttpRequestException or SocketException or IOException and not Terminal.BrokenPipe
        || error is CliError { Code: ExitCode.Unreachable or ExitCode.ServerFault or ExitCode.TimedOut };

    public void Succeeded() => (_pause, Failures) = (First, 0);

    public async Task PauseAsync(CancellationToken token)
    {
        Failures++;
        await Task.Delay(_pause, shell.Time, token);
        _pause = _pause * 2 < Longest ? _pause * 2 : Longest;
    }
}
