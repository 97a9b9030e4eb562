using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Gantry.Agent.Logs.Syslog;

/// <summary>What was not kept because nobody can say whose it is: counted, and told to the operator once a minute.</summary>
internal sealed partial class SyslogCounters : IDisposable
{
    private readonly Meter _meter = new("Gantry.Logs");
    private readonly Counter<long> _counter;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly long[] _since = new long[3];
    private readonly long[] _totals = new long[3];
    private long _reported;

    public SyslogCounters(ILogger logger, TimeProvider clock)
    {
        (_logger, _clock, _reported) = (logger, clock, clock.GetTimestamp());
        _counter = _meter.CreateCounter<long>("gantry_syslog_discarded", description: "Syslog messages and connections that were not taken, by reason");
    }

    /// <summary>Messages that are no syslog, since the start.</summary>
    public long MalformedCount => Interlocked.Read(ref _totals[0]);

    /// <summary>Messages whose tag is not known, since the start.</summary>
    public long UnknownCount => Interlocked.Read(ref _totals[1]);

    /// <summary>Connections that were closed to make room, since the start.</summary>
    public long ClosedCount => Interlocked.Read(ref _totals[2]);

    public void Malformed() => Add(0, "malformed");

    public void Unknown() => Add(1, "unknown tag");

    public void Closed() => Add(2, "too many connections");

    /// <summary>Says what came since the last time, if anything and not too often.</summary>
    public void Report()
    {
        if (_clock.GetElapsedTime(_reported) < TimeSpan.FromMinutes(1) || _since.All(count => count == 0)) return;
        _reported = _clock.GetTimestamp();
        Log.Discarded(_logger, Interlocked.Exchange(ref _since[0], 0), Interlocked.Exchange(ref _since[1], 0), Interlocked.Exchange(ref _since[2], 0));
    }

    public void Dispose() => _meter.Dispose();

    private void Add(int reason, string name)
    {
        Interlocked.Increment(ref _since[reason]);
        Interlocked.Increment(ref _totals[reason]);
        _counter.Add(1, new KeyValuePair<string, object?>("reason", name));
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Syslog: {Malformed} malformed messages and {Unknown} with an unknown tag were discarded, {Closed} connections were closed to make room. Look for a sender that was set up by hand, or raise Agent:Syslog:MaxConnections.")]
        public static partial void Discarded(ILogger logger, long malformed, long unknown, long closed);
    }
}
