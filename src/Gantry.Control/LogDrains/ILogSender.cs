using Gantry.Agent.Logs;

namespace Gantry.Control.LogDrains;

/// <summary>Brings lines to one receiver.</summary>
internal interface ILogSender : IAsyncDisposable
{
    /// <summary>Returns when the receiver has taken all lines, as far as its protocol can tell.</summary>
    /// <exception cref="DrainException">It did not.</exception>
    Task SendAsync(IReadOnlyList<LogLine> lines, CancellationToken token);
}

/// <summary>A receiver did not take lines.</summary>
/// <param name="isRefusal">True when it will not take these very lines, however often they are sent.</param>
internal sealed class DrainException(string message, bool isRefusal = false, Exception? inner = null) : Exception(message, inner)
{
    public bool IsRefusal => isRefusal;
}
