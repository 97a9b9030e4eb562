using System.Collections;
using System.Globalization;
using System.Reflection;

namespace Gantry.Scheduling.Tests.Support;

/// <summary>The single values below an object, by their paths, and copies in which one of them is another: a field that is added later is found by itself.</summary>
internal static class Leaves
{
    /// <summary>"Hosts[0].Capacity[1]" for every value of a number below the object; of a dictionary none.</summary>
    public static IEnumerable<string> Numbers(object? value, string path = "")
    {
        switch (value)
        {
            case long or int or double or float or ulong:
                yield return path;
                break;
            case null or string or ValueType or IDictionary:
                break;
            case IEnumerable items:
                var i = 0;
                foreach (var item in items)
                    foreach (var leaf in Numbers(item, FormattableString.Invariant($"{path}[{i++}]"))) yield return leaf;
                break;
            default:
                foreach (var property in Filled.Written(value.GetType()))
                    foreach (var leaf in Numbers(property.GetValue(value), path.Length == 0 ? property.Name : $"{path}.{property.Name}")) yield return leaf;
                break;
        }
    }

    /// <summary>A copy with another number at the path.</summary>
    public static T With<T>(T value, string path, double number) where T : class => (T)With((object)value, path.Replace("[", ".[").Split('.'), number);

    private static object With(object value, ReadOnlySpan<string> path, double number)
    {
        if (path.IsEmpty) return Number(value.GetType(), number);
        if (path[0][0] == '[')
        {
            object[] items = [.. ((IEnumerable)value).Cast<object>()];
            var copy = Array.CreateInstance(value.GetType().GetElementType() ?? value.GetType().GetGenericArguments()[0], items.Length);
            var at = int.Parse(path[0].AsSpan(1, path[0].Length - 2), CultureInfo.InvariantCulture);
            for (var i = 0; i < items.Length; i++) copy.SetValue(i == at ? With(items[i], path[1..], number) : items[i], i);
            return copy;
        }

        var property = value.GetType().GetProperty(path[0])!;
        var clone = value.GetType().GetMethod("<Clone>$", BindingFlags.Public | BindingFlags.Instance)!.Invoke(value, null)!;
        property.SetValue(clone, With(property.GetValue(value)!, path[1..], number));
        return clone;
    }

    /// <summary>The nearest that the type can hold.</summary>
    private static object Number(Type type, double number)
    {
        if (type == typeof(long)) return number >= long.MaxValue ? long.MaxValue : (long)number;
        if (type == typeof(int)) return number >= int.MaxValue ? int.MaxValue : (int)Math.Max(int.MinValue, number);
        if (type == typeof(ulong)) return (ulong)Math.Max(0, number);
        if (type == typeof(float)) return (float)number;
        return number;
    }
}
