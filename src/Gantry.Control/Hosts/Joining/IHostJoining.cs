using Gantry.Domain;

namespace Gantry.Control.Hosts.Joining;

/// <summary>What operators do so that a machine can become a host.</summary>
public interface IHostJoining
{
    /// <summary>A new one-time token.</summary>
    /// <param name="lifetime">How long it is good; null for the configured time.</param>
    /// <returns>The token with its secret, which is told here and never again.</returns>
    Task<Outcome<IssuedJoinToken>> IssueTokenAsync(TimeSpan? lifetime, CancellationToken token);
}

/// <param name="Url">Where the machine asks to join.</param>
/// <param name="Command">The whole command line to run on the machine.</param>
public sealed record IssuedJoinToken(string Id, string Token, Uri Url, string Command, DateTimeOffset ExpiresAt)
{
    /// <summary>Says nothing of the secret.</summary>
    public override string ToString() => $"join token {Id}";
}
