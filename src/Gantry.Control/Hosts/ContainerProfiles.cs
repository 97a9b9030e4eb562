using Gantry.Agent.Metrics;
using Gantry.Domain;
using Gantry.Scheduling.Profiles;

namespace Gantry.Control.Hosts;

/// <summary>
/// What each container was measured to use: a window of samples of CPU and memory, under 4 KB a container. Filled from the
/// sampler, and after a restart of this process from the series that the sampler keeps.
/// </summary>
internal sealed class ContainerProfiles(IHostMetrics metrics)
{
    private const int StepSeconds = 10;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(ProfileState.WindowSize * StepSeconds);

    private static readonly TimeSpan LeastStep = TimeSpan.FromSeconds(StepSeconds - 1);

    private readonly Lock _gate = new();
    private readonly Dictionary<ContainerId, Profile> _profiles = [];
    private long _round;

    /// <summary>Takes in the last sample of each container, and forgets those that are gone.</summary>
    public void Sample(DateTimeOffset now)
    {
        lock (_gate)
        {
            var samples = metrics.Containers;
            _round++;
            foreach (var sample in samples)
            {
                if (!_profiles.TryGetValue(sample.Usage.Id, out var profile))
                    _profiles[sample.Usage.Id] = profile = Rebuild(sample, now);
                profile.Add(sample.Usage.At, sample.CpuPercent, sample.Usage.MemoryBytes);
                profile.SeenIn = _round;
            }

            if (_profiles.Count == samples.Count)
                return;
            foreach (var (id, _) in _profiles.Where(p => p.Value.SeenIn != _round))
                _profiles.Remove(id);
        }
    }

    /// <summary>In the order of <see cref="SnapshotBuilder.Resources"/>; empty for a container that was not measured yet.</summary>
    public IReadOnlyList<ProfileSnapshot?> Of(ContainerId id)
    {
        lock (_gate)
            return _profiles.TryGetValue(id, out var profile) ? new ProfileSnapshot?[] { profile.Cpu.ToSnapshot(), profile.Memory.ToSnapshot() } : [];
    }

    /// <summary>Series belong to a label: a container that follows another goes on with its history.</summary>
    private Profile Rebuild(ContainerRates sample, DateTimeOffset now)
    {
        var profile = new Profile(sample.Usage.MemoryLimitBytes);
        if (sample.App is { } app && sample.Label.Length > 0)
            foreach (var point in metrics.Read(app, sample.Label, now - Window))
                profile.Add(point.At, point.Values[(int)ContainerMetric.Cpu], point.Values[(int)ContainerMetric.MemoryBytes]);
        return profile;
    }

    private sealed class Profile(long memoryLimit)
    {
        private DateTimeOffset _newest = DateTimeOffset.MinValue;

        public ProfileState Cpu { get; } = new(Environment.ProcessorCount * 1000L, StepSeconds);

        public ProfileState Memory { get; } = new(memoryLimit, StepSeconds);

        /// <summary>The last round that had a sample of it.</summary>
        public long SeenIn { get; set; }

        /// <summary>While somebody watches there is a sample each second: those within a step are left out, the window is one of steps.</summary>
        public void Add(DateTimeOffset at, double cpuPercent, double memoryBytes)
        {
            if (at - _newest < LeastStep)
                return;
            _newest = at;
            Cpu.Add(at.ToUnixTimeSeconds(), cpuPercent * 10);
            Memory.Add(at.ToUnixTimeSeconds(), memoryBytes);
        }
    }
}
