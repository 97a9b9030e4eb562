using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Gantry.Store.Secrets;

/// <summary>
/// A sealed map that is opened where it is looked into, so that one damaged box fails whoever needs its values and
/// nobody who lists the records around it.
/// </summary>
/// <param name="open">Fails with a <see cref="Records.StoreException"/> when the box is damaged.</param>
internal sealed class SealedMap(Func<IReadOnlyDictionary<string, string>> open) : IReadOnlyDictionary<string, string>
{
    private readonly Lazy<IReadOnlyDictionary<string, string>> _map = new(open);

    public string this[string key] => _map.Value[key];

    public IEnumerable<string> Keys => _map.Value.Keys;

    public IEnumerable<string> Values => _map.Value.Values;

    public int Count => _map.Value.Count;

    public bool ContainsKey(string key) => _map.Value.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value) => _map.Value.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _map.Value.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
