using System.Globalization;
using Gantry.Agent.Runtime;
using Gantry.Coordination;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Remote;

/// <summary>
/// What the leader asks of a host says in which term, and the host does nothing of an earlier one than it has heard of: a leader that was
/// paused may not know yet that another one decides. Calls without a term are those of users, who ask through any process.
/// </summary>
/// <remarks>The newest one is kept in a file: who was paused for longer than the agent was away is refused as well.</remarks>
internal sealed partial class TermGuard
{
    private const string Header = "gantry-term";

    private readonly Lock _gate = new();
    private readonly string _file;
    private readonly ILogger _logger;
    private long _newest;
    private long _kept;

    public TermGuard(IOptions<HostAgentOptions> options, ILogger<TermGuard> logger)
    {
        (_file, _logger) = (options.Value.TermPath, logger);
        if (_file.Length > 0 && File.Exists(_file) && long.TryParse(File.ReadAllText(_file), CultureInfo.InvariantCulture, out var kept))
            _newest = _kept = kept;
    }

    /// <summary>At Control's end: the term that the caller is in goes along.</summary>
    public static Metadata Announce(Metadata headers)
    {
        if (Term.Current is not { } term)
            return headers;
        term.Demand();
        headers.Add(Header, $"{term.Number}");
        return headers;
    }

    /// <exception cref="RuntimeException">The caller leads no more.</exception>
    public void Check(Metadata headers)
    {
        if (!long.TryParse(headers.GetValue(Header), out var term))
            return;
        lock (_gate)
        {
            if (term < _newest)
                throw new RuntimeException($"Nothing of the term {term} is done here any more: the process of the term {_newest} leads now.", false);
            _newest = term;
            if (_file.Length > 0 && _kept != term)
                Keep(term);
        }
    }

    /// <summary>A disk that is full is no reason to follow nobody: it is tried again with the next call.</summary>
    private void Keep(long term)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
            using (var aside = new FileStream(_file + ".new", FileMode.Create, FileAccess.Write))
            {
                aside.Write(System.Text.Encoding.ASCII.GetBytes(term.ToString(CultureInfo.InvariantCulture)));
                aside.Flush(flushToDisk: true);
            }

            File.Move(_file + ".new", _file, overwrite: true);
            _kept = term;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotKept(_logger, term, _file, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "That the term {Term} has begun could not be written to {File}: after a restart of this agent an earlier leader would be believed until it is. {Reason}")]
        public static partial void NotKept(ILogger logger, long term, string file, string reason);
    }
}
