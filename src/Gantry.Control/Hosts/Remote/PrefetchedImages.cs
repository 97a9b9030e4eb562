using System.Collections.Concurrent;
using Gantry.Domain;

namespace Gantry.Control.Hosts.Remote;

/// <summary>Which hosts have the layers of an app's newest release though no container of it was there yet: placement prefers them.</summary>
/// <remarks>Forgotten with the process: then a host is preferred less than it might be, and layers that are there are not sent again.</remarks>
internal sealed class PrefetchedImages
{
    private const int Few = 64;

    private readonly ConcurrentDictionary<AppId, (ImageId Image, HashSet<HostId> Hosts)> _newest = new();
    private int _room = Few;

    /// <summary>So many apps are known that some of them may well be gone: time to <see cref="Keep"/> the others.</summary>
    public bool IsFull => _newest.Count >= Volatile.Read(ref _room);

    public void Note(AppId app, ImageId image, HostId host) => _newest.AddOrUpdate(
        app, _ => (image, [host]), (_, known) => (image, known.Image == image ? [.. known.Hosts, host] : [host]));

    /// <summary>Forgets all other apps. There is room for twice as many then, so that those that are left are not looked at each time.</summary>
    public void Keep(IReadOnlySet<AppId> apps)
    {
        foreach (var app in _newest.Keys.Where(a => !apps.Contains(a)))
            _newest.TryRemove(app, out _);
        Volatile.Write(ref _room, Math.Max(Few, 2 * _newest.Count));
    }

    public ILookup<HostId, ImageId> ByHost() =>
        _newest.Values.SelectMany(n => n.Hosts.Select(h => (Host: h, n.Image))).ToLookup(p => p.Host, p => p.Image);
}
