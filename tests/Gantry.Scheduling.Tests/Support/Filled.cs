using System.Collections;
using System.Reflection;
using System.Text.Json.Serialization;

namespace Gantry.Scheduling.Tests.Support;

/// <summary>Makes objects of which no property has its default value, and lists all values of an object with their paths: a property that is added later
/// is covered without a word about it.</summary>
internal sealed class Filled
{
    private int _next = 1;

    public static T Of<T>() => (T)new Filled().Make(typeof(T));

    /// <summary>"Hosts[0].Zone = s7" for every value below the object that is written.</summary>
    public static IEnumerable<string> Values(object? value, string path = "")
    {
        switch (value)
        {
            case null or string or ValueType:
                yield return FormattableString.Invariant($"{path} = {value}");
                break;
            case IEnumerable items:
                var i = 0;
                foreach (var item in items)
                    foreach (var line in Values(item, $"{path}[{i++}]"))
                        yield return line;
                if (i == 0) yield return $"{path} is empty";
                break;
            default:
                foreach (var property in Written(value.GetType()))
                    foreach (var line in Values(property.GetValue(value), $"{path}.{property.Name}"))
                        yield return line;
                break;
        }
    }

    public static IEnumerable<PropertyInfo> Written(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite && p.GetCustomAttribute<JsonIgnoreAttribute>() is null);

    private object Make(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) return Make(inner);
        if (type == typeof(string)) return $"s{_next++:000}";
        if (type == typeof(bool)) return true;
        if (type == typeof(DateTimeOffset)) return DateTimeOffset.UnixEpoch.AddSeconds(_next++);
        if (type.IsEnum) return Enum.GetValues(type).GetValue(Enum.GetValues(type).Length - 1)!;
        if (type.IsPrimitive) return Convert.ChangeType(_next++, type, null);
        if (type.IsGenericType) return MakeList(type);
        return MakeRecord(type);
    }

    private object MakeList(Type type)
    {
        var arguments = type.GetGenericArguments();
        if (arguments.Length == 2)
        {
            var dictionary = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(arguments))!;
            for (var i = 0; i < 2; i++) dictionary[Make(arguments[0])] = Make(arguments[1]);
            return dictionary;
        }

        var list = Array.CreateInstance(arguments[0], 2);
        for (var i = 0; i < 2; i++) list.SetValue(Make(arguments[0]), i);
        return list;
    }

    private object MakeRecord(Type type)
    {
        var constructor = type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).First();
        var made = constructor.Invoke([.. constructor.GetParameters().Select(p => Make(p.ParameterType))]);
        foreach (var property in Written(type).Where(p => !constructor.GetParameters().Any(q => q.Name == p.Name)))
            property.SetValue(made, Make(property.PropertyType));
        return made;
    }
}
