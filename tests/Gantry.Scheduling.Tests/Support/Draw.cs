using CsCheck;

namespace Gantry.Scheduling.Tests.Support;

/// <summary>Draws a whole case from one number: fast, short to write, and a failure names the number that makes it again.</summary>
internal sealed class Draw(ulong seed)
{
    private SeededRandom _random = new(seed);

    /// <summary>Cases of <paramref name="make"/>, as many as CsCheck asks for.</summary>
    public static Gen<T> Cases<T>(Func<Draw, T> make) => Gen.ULong.Select(seed => make(new Draw(seed)));

    /// <summary>From one to the other, both counted in.</summary>
    public int Int(int from, int to) => from + _random.Next(to - from + 1);

    public double Double(double from, double to) => from + _random.NextDouble() * (to - from);

    public ulong Seed() => _random.NextUInt64();

    /// <summary>True once in so many times.</summary>
    public bool Once(int of) => _random.Next(of) == 0;

    public T Pick<T>(params T[] values) => values[_random.Next(values.Length)];

    public T[] Many<T>(int from, int to, Func<int, T> make) => [.. Enumerable.Range(0, Int(from, to)).Select(make)];

    /// <summary>The same items in another order.</summary>
    public T[] Shuffled<T>(IEnumerable<T> items)
    {
        var list = items.ToArray();
        for (var i = list.Length - 1; i > 0; i--)
        {
            var j = Int(0, i);
            (list[i], list[j]) = (list[j], list[i]);
        }

        return list;
    }

    /// <summary>Some of the items, in their order.</summary>
    public T[] Some<T>(IEnumerable<T> items) => [.. items.Where(_ => Once(2))];

    /// <summary>Normal with mean 0 and deviation 1: the sum of twelve uniform numbers less six.</summary>
    public double Normal()
    {
        double sum = 0;
        for (var i = 0; i < 12; i++) sum += _random.NextDouble();
        return sum - 6;
    }
}
