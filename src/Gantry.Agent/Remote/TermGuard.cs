using Gantry.Agent.Runtime;
using Gantry.Coordination;
using Grpc.Core;

namespace Gantry.Agent.Remote;

/// <summary>
/// What the leader asks of a host says in which term, and the host does nothing of an earlier one than it has heard of: a leader that was
/// paused may not know yet that another one decides. Calls without a term are those of users, who ask through any process.
/// </summary>
internal sealed class TermGuard
{
    private const string Header = "gantry-term";

    private readonly Lock _gate = new();
    private long _newest;

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
        }
    }
}
