using Gantry.Agent.Runtime;
using Gantry.Domain;

namespace Gantry.Agent.Metrics;

/// <summary>
/// Reads what the containers of one runtime use, from control groups (v1 or v2) and interfaces, on files that it keeps
/// open for as long as the container is there.
/// </summary>
internal sealed class UsageSampler(TimeProvider time) : IDisposable
{
    private const int GoneDevice = 19; // ENODEV: what a removed group answers through a file that is still open.
    private readonly bool _v2 = File.Exists("/sys/fs/cgroup/cgroup.controllers");
    private readonly Dictionary<ContainerId, Reader> _readers = [];
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly Lock _lock = new();

    /// <param name="targets">All running containers of the runtime; files of others are closed.</param>
    public IReadOnlyList<ContainerUsage> Sample(IReadOnlyCollection<MetricTarget> targets)
    {
        lock (_lock)
        {
            var usages = new List<ContainerUsage>(targets.Count);
            foreach (var target in targets)
                if (TrySample(target) is { } usage)
                    usages.Add(usage);
            if (_readers.Count > usages.Count)
                CloseOthers(targets);
            return usages;
        }
    }

    public void Dispose()
    {
        lock (_lock)
            foreach (var id in _readers.Keys.ToList())
                Close(id);
    }

    private ContainerUsage? TrySample(MetricTarget target)
    {
        try
        {
            if (!_readers.TryGetValue(target.Id, out var reader))
                _readers[target.Id] = reader = Open(target);
            var (received, sent) = reader.Network?.Read(_buffer) ?? default;
            var usage = new ContainerUsage(target.Id, time.GetUtcNow(), 0, 0, 0, target.MemoryLimitBytes, 0, 0, target.SwapLimitBytes, 0)
            {
                ReceivedBytes = received, SentBytes = sent, ControlGroup = target.Cgroup,
            };
            return reader.Group.Read(usage, _buffer);
        }
        catch (IOException e) when (e is FileNotFoundException or DirectoryNotFoundException || e.HResult == GoneDevice)
        {
            // It ended since it was listed: there is nothing to sample.
            Close(target.Id);
            return null;
        }
    }

    private Reader Open(MetricTarget target) => new(
        _v2 ? new CgroupV2Counters(target.Cgroup) : new CgroupV1Counters(target.Cgroup),
        target.Network is { } network ? new NetworkReader(network) : null);

    private void CloseOthers(IReadOnlyCollection<MetricTarget> targets)
    {
        var kept = targets.Select(t => t.Id).ToHashSet();
        foreach (var id in _readers.Keys.Where(id => !kept.Contains(id)).ToList())
            Close(id);
    }

    private void Close(ContainerId id)
    {
        if (!_readers.Remove(id, out var reader))
            return;
        reader.Group.Dispose();
        reader.Network?.Dispose();
    }

    private sealed record Reader(CgroupCounters Group, NetworkReader? Network);
}
