using System.Reflection;
using Gantry.Store.Records;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Control.Tests.Platform;

/// <summary>Whether the database answers, and how often it was asked while it did not.</summary>
internal sealed class Records
{
    private int _refused;

    public bool AreAway { get; set; }

    /// <summary>Questions to which the answer is a failure that will not pass.</summary>
    public Func<MethodInfo, bool> Broken { get; set; } = _ => false;

    public int Refused => _refused;

    public void Ask(MethodInfo question)
    {
        if (Broken(question))
            throw new StoreException("The database is damaged.", isTransient: false);
        if (!AreAway)
            return;
        Interlocked.Increment(ref _refused);
        throw new StoreException("The database does not answer.", isTransient: true);
    }
}

/// <summary>A store on a database that can be away.</summary>
public class AwayStore<T> : DispatchProxy where T : class
{
    private T _target = null!;
    private Action<MethodInfo> _ask = null!;

    internal static void Register(IServiceCollection services, Records records)
    {
        var inner = services.Last(s => s.ServiceType == typeof(T));
        services.Remove(inner);
        services.AddSingleton(provider =>
        {
            var proxy = Create<T, AwayStore<T>>();
            var self = (AwayStore<T>)(object)proxy;
            (self._target, self._ask) = ((T)ActivatorUtilities.CreateInstance(provider, inner.ImplementationType!), records.Ask);
            return proxy;
        });
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        _ask(targetMethod!);
        return targetMethod!.Invoke(_target, args);
    }
}
