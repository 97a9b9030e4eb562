namespace Gantry.Store.Records;

/// <summary>The terms of the leader. Every write inside of one (<see cref="Coordination.Term"/>) is refused when a newer one has begun.</summary>
public interface ITermStore
{
    /// <summary>
    /// Begins a term. When this returns, no write of an earlier one is under way any more, and none will succeed.
    /// </summary>
    /// <param name="holder">Who leads, for operators.</param>
    /// <param name="atLeast">The fencing token of the lease. The number is greater where the records know a greater one: a lease engine may lose its data.</param>
    Task<LeaderTerm> BeginAsync(string holder, long atLeast, DateTimeOffset now, CancellationToken token);

    /// <summary>The newest one, also when nobody leads at the moment; null when there never was one.</summary>
    Task<LeaderTerm?> FindAsync(CancellationToken token);
}

/// <summary>Who leads, or led last.</summary>
public sealed record LeaderTerm(long Number, string Holder, DateTimeOffset BeganAt);
