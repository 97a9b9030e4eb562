using System.Runtime.InteropServices;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Prediction;

namespace Gantry.Scheduling.Placing;

/// <summary>The cluster as arrays, one entry a host, for passes that look at thousands of hosts in microseconds. Changes are
/// counted in <see cref="Changes"/>, so that what was computed from it can catch up.</summary>
internal sealed class ClusterState
{
    private readonly Dictionary<string, int> _apps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _hostIndex = new(StringComparer.Ordinal);
    private readonly Dictionary<long, int> _counts = [];
    private readonly List<List<int>> _appHosts = [];
    private readonly List<int> _touched = [];
    private readonly IPeakPredictor _predictor;
    private int _focus = -1;

    public ClusterState(ClusterSnapshot snapshot)
    {
        Snapshot = snapshot;
        _predictor = PeakPredictors.Find(snapshot.Policy.Predictor)!;
        Hosts = [.. snapshot.Hosts];
        var resources = snapshot.Resources.Count;
        (Promisable, Free, Inverse) = (Matrix<long>(resources), Matrix<long>(resources), Matrix<double>(resources));
        (Own, Containers, Load) = (new int[Hosts.Length], new int[Hosts.Length], new double[Hosts.Length]);
        ContainersOf = new List<int>?[Hosts.Length];
        for (var h = 0; h < Hosts.Length; h++) OpenHost(h);
        // Containers of one app are seldom on the same host.
        _counts.EnsureCapacity(snapshot.Containers.Count);
        for (var c = 0; c < snapshot.Containers.Count; c++) Settle(c);
        for (var h = 0; h < Hosts.Length; h++) Reserve(h);
        Interference = new InterferenceTable(snapshot.Interference, App);
        Images = [.. Hosts.Select(h => h.Images.Count == 0 ? null : h.Images.ToHashSet(StringComparer.Ordinal))];
    }

    public ClusterSnapshot Snapshot { get; }

    public HostSnapshot[] Hosts { get; }

    /// <summary>By resource, then host: capacity times overcommit.</summary>
    public long[][] Promisable { get; }

    /// <summary>By resource, then host: what is left of <see cref="Promisable"/>. Negative on a host that is over its policy.</summary>
    public long[][] Free { get; }

    /// <summary>By resource, then host: one over <see cref="Promisable"/>, 0 where the host lacks the resource.</summary>
    public double[][] Inverse { get; }

    /// <summary>Containers of the app in focus, by host.</summary>
    public int[] Own { get; }

    /// <summary>Containers by host.</summary>
    public int[] Containers { get; }

    /// <summary>Run queue a core as last reported, raised by what was placed since: stale reports must not draw everybody to one host.</summary>
    public double[] Load { get; }

    /// <summary>By host: indices of the containers of the snapshot that are still there.</summary>
    public List<int>?[] ContainersOf { get; }

    public InterferenceTable Interference { get; }

    public HashSet<string>?[] Images { get; }

    /// <summary>Hosts in the order in which they changed.</summary>
    public List<int> Changes { get; } = [];

    public bool HasDedicatedHosts { get; private set; }

    public int IndexOf(string host) => _hostIndex.GetValueOrDefault(host, -1);

    /// <summary>The number of an app, a new one for a new app.</summary>
    public int App(string name)
    {
        ref var app = ref CollectionsMarshal.GetValueRefOrAddDefault(_apps, name, out var known);
        if (known) return app;
        app = _appHosts.Count;
        _appHosts.Add([]);
        return app;
    }

    public string AppName(int app) => _apps.First(p => p.Value == app).Key;

    public int Count(int app, int host) => _counts.GetValueOrDefault(Key(app, host));

    /// <summary>Hosts that hold a container of the app.</summary>
    public IReadOnlyList<int> HostsOf(int app) => _appHosts[app];

    /// <summary>Makes <see cref="Own"/> count this app.</summary>
    public void Focus(int app)
    {
        if (_focus == app) return;
        foreach (var host in _touched) Own[host] = 0;
        _touched.Clear();
        foreach (var host in _appHosts[app])
        {
            Own[host] = Count(app, host);
            _touched.Add(host);
        }

        _focus = app;
    }

    /// <summary>One container more on the host, with its full limits: nothing was measured of it yet.</summary>
    public void Add(int app, ReadOnlySpan<long> limits, int host)
    {
        for (var r = 0; r < limits.Length; r++) Free[r][host] -= limits[r];
        Load[host] += limits[0] * Inverse[0][host];
        Join(app, host);
        if (app == _focus && Own[host]++ == 0) _touched.Add(host);
        Changes.Add(host);
    }

    /// <summary>One container less on the host; what was reserved for it is free again.</summary>
    public void Remove(int app, ReadOnlySpan<long> limits, int host)
    {
        for (var r = 0; r < limits.Length; r++) Free[r][host] += limits[r];
        Load[host] = Math.Max(0, Load[host] - limits[0] * Inverse[0][host]);
        Containers[host]--;
        if (--CollectionsMarshal.GetValueRefOrNullRef(_counts, Key(app, host)) == 0)
        {
            _counts.Remove(Key(app, host));
            _appHosts[app].Remove(host);
        }

        if (app == _focus) Own[host]--;
        Changes.Add(host);
    }

    private void Join(int app, int host)
    {
        Containers[host]++;
        if (++CollectionsMarshal.GetValueRefOrAddDefault(_counts, Key(app, host), out _) == 1) _appHosts[app].Add(host);
    }

    private void OpenHost(int h)
    {
        var host = Hosts[h];
        _hostIndex.Add(host.Id, h);
        HasDedicatedHosts |= host.DedicatedTo.Length > 0;
        Load[h] = host.RunQueue ?? 0;
        for (var r = 0; r < Promisable.Length; r++)
        {
            Promisable[r][h] = Promise(Snapshot.Policy, host, Snapshot.Resources[r], host.Capacity[r]);
            Inverse[r][h] = Promisable[r][h] > 0 ? 1.0 / Promisable[r][h] : 0;
        }
    }

    /// <summary>Capacity times the overcommit of the host's class, or of all classes.</summary>
    public static long Promise(ClusterPolicy policy, HostSnapshot host, string resource, long capacity)
    {
        Overcommit? found = null;
        foreach (var entry in policy.Overcommit)
            if (entry.Resource == resource && (entry.Class == host.Class || (entry.Class.Length == 0 && found is null))) found = entry;
        return found is null ? capacity : (long)Math.Min(long.MaxValue / 4, capacity * found.Factor);
    }

    private void Settle(int index)
    {
        var container = Snapshot.Containers[index];
        if (!_hostIndex.TryGetValue(container.Host, out var host)) return;
        Join(App(container.App), host);
        (ContainersOf[host] ??= []).Add(index);
    }

    /// <summary>What would be free on the host, by resource, without some of the containers it came with: they give back what was reserved for them,
    /// which is not their limits where use is predicted.</summary>
    public long FreeWithout(int host, int resource, IReadOnlyCollection<int> gone)
    {
        var there = ContainersOf[host] ?? [];
        return Free[resource][host] + Reserved(resource, there) - Reserved(resource, [.. there.Where(c => !gone.Contains(c))]);
    }

    /// <summary>Takes containers that the host came with away.</summary>
    public void Evict(int host, IReadOnlyCollection<int> containers)
    {
        long[] free = [.. Enumerable.Range(0, Free.Length).Select(r => FreeWithout(host, r, containers))];
        foreach (var c in containers) Remove(App(Snapshot.Containers[c].App), [.. Snapshot.Containers[c].Limits], host);
        for (var r = 0; r < free.Length; r++) Free[r][host] = free[r];
        ContainersOf[host]?.RemoveAll(containers.Contains);
    }

    /// <summary>Free = promisable less the predicted peak of what is there.</summary>
    private void Reserve(int h)
    {
        for (var r = 0; r < Promisable.Length; r++) Free[r][h] = Promisable[r][h] - (ContainersOf[h] is { } there ? Reserved(r, there) : 0);
    }

    private long Reserved(int r, List<int> there)
    {
        if (_predictor.Name == "limits")
        {
            long sum = 0;
            foreach (var c in there) sum += Snapshot.Containers[c].Limits[r];
            return sum;
        }

        var usages = new ContainerUsage[there.Count];
        for (var i = 0; i < usages.Length; i++)
        {
            var container = Snapshot.Containers[there[i]];
            usages[i] = new ContainerUsage(container.Limits[r], container.Profile(r));
        }

        return (long)Math.Ceiling(_predictor.Peak(usages));
    }

    private T[][] Matrix<T>(int rows) => [.. Enumerable.Range(0, rows).Select(_ => new T[Hosts.Length])];

    private static long Key(int app, int host) => ((long)app << 32) | (uint)host;
}
