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

    /// <summary>Writes that are done, and whose answer is lost.</summary>
    public Func<MethodInfo, bool> Unanswered { get; set; } = _ => false;

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

    public object? Answer(MethodInfo question, object? answer)
    {
        if (!Unanswered(question))
            return answer;
        ((Task)answer!).GetAwaiter().GetResult();
        throw new StoreException("The connection broke: it is not known whether it was recorded.", isTransient: true);
    }
}

/// <summary>A store on a database that can be away.</summary>
public class AwayStore<T> : DispatchProxy where T : class
{
    private T _target = null!;
    private Records _records = null!;

    internal static void Register(IServiceCollection services, Records records)
    {
        var inner = services.Last(s => s.ServiceType == typeof(T));
        services.Remove(inner);
        services.AddSingleton(provider =>
        {
            var proxy = Create<T, AwayStore<T>>();
            var self = (AwayStore<T>)(object)proxy;
            (self._target, self._records) = ((T)ActivatorUtilities.CreateInstance(provider, inner.ImplementationType!), records);
            return proxy;
        });
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        _records.Ask(targetMethod!);
        return _records.Answer(targetMethod!, targetMethod!.Invoke(_target, args));
    }
}
