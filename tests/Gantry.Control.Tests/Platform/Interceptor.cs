using System.Reflection;

namespace Gantry.Control.Tests.Platform;

/// <summary>Lets something happen just before a method of a port is called, as another loop would at the worst moment.</summary>
public class Interceptor<T> : DispatchProxy where T : class
{
    private T _target = null!;
    private string _method = "";
    private Func<Task> _before = () => Task.CompletedTask;
    private Func<Task> _after = () => Task.CompletedTask;

    public static T Before(T target, string method, Func<Task> before) => Make(target, method, self => self._before = before);

    /// <summary>What was answered is held back as long as this takes.</summary>
    public static T After(T target, string method, Func<Task> after) => Make(target, method, self => self._after = after);

    private static T Make(T target, string method, Action<Interceptor<T>> with)
    {
        var proxy = Create<T, Interceptor<T>>();
        var self = (Interceptor<T>)(object)proxy;
        (self._target, self._method) = (target, method);
        with(self);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name != _method)
            return targetMethod.Invoke(_target, args);
        _before().GetAwaiter().GetResult();
        var answer = (Task)targetMethod.Invoke(_target, args)!;
        answer.GetAwaiter().GetResult();
        _after().GetAwaiter().GetResult();
        return answer;
    }
}
