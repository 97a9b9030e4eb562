using Gantry.Coordination;
using Gantry.Store.Records;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Control.Leading;

/// <summary>Who leads: this process in a term, or another one.</summary>
public sealed class Leadership(ITermStore terms)
{
    private volatile Led? _led;

    /// <summary>What this process is called where several are told apart.</summary>
    public static string ProcessName { get; } = $"{Environment.MachineName} {Environment.ProcessId}";

    /// <summary>Null while this process stands by.</summary>
    public Term? Term => _led?.Term;

    /// <summary>The newest term, whoever has it.</summary>
    public Task<LeaderTerm?> FindAsync(CancellationToken token) => terms.FindAsync(token);

    /// <summary>A service of the term; null while this process stands by.</summary>
    internal T? Find<T>() where T : class
    {
        try
        {
            return _led?.Services.GetRequiredService<T>();
        }
        catch (ObjectDisposedException)
        {
            // The term ended at this moment.
            return null;
        }
    }

    internal void Begin(Term term, IServiceProvider services) => _led = new Led(term, services);

    internal void End() => _led = null;

    private sealed record Led(Term Term, IServiceProvider Services);
}
