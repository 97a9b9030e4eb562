using System.Reflection;

namespace Gantry.Control.Tests.Platform;

/// <summary>Lets something happen just before a method of a port is called, as another loop would at the worst moment.</summary>
public class Interceptor<T> : DispatchProxy where T : class
{
    private T _target = null!;
    private string _method = "";
    private Func<Task> _before = null!;

    public static T Before(T target, string method, Func<Task> before)
    {
        var proxy = Create<T, Interceptor<T>>();
        var self = (Interceptor<T>)(object)proxy;
        (self._target, self._method, self._before) = (target, method, before);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name == _method)
            _before().GetAwaiter().GetResult();
        return targetMethod.Invoke(_target, args);
    }
}
