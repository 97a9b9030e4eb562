using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Gantry.Agent.Metrics;
using Gantry.Agent.Runtime;
using Gantry.Domain;

namespace Gantry.Bench.Cluster;

/// <summary>What one simulated host runs: nothing, but it says that it does, as the runtime of a real one would.</summary>
internal sealed class SimulatedHost(string id, string subnet) : IHostClock
{
    /// <summary>What starting a container takes on an idle machine; it is not this program's processor that is measured.</summary>
    private static readonly TimeSpan _start = TimeSpan.FromMilliseconds(35);

    private static readonly TimeProvider _time = TimeProvider.System;

    private readonly ConcurrentDictionary<ContainerId, ContainerStatus> _containers = new();
    private readonly ConcurrentDictionary<Channel<ContainerStatus>, bool> _watchers = new();
    /// <summary>Above those that records give to what runs from the start.</summary>
    private int _addresses = 2000;

    public string BootId => id;

    /// <summary>Of the machine that all are on: they outlive this program.</summary>
    public TimeSpan Uptime => TimeSpan.FromMilliseconds(Environment.TickCount64);

    public IReadOnlyList<ContainerStatus> Statuses => [.. _containers.Values];

    /// <summary>It runs what a record says it runs.</summary>
    public void Resume(ContainerId container, string address, DateTimeOffset started) => _containers[container] =
        new ContainerStatus(container, RuntimeState.Running, address, started, null, null, false, null) { StartedUptime = Uptime - (_time.GetUtcNow() - started) };

    public async Task<ContainerStatus> StartAsync(ContainerId container, CancellationToken token)
    {
        if (_containers.TryGetValue(container, out var known))
            return known;
        await Task.Delay(_start, token);
        var status = new ContainerStatus(container, RuntimeState.Running, NextAddress(), _time.GetUtcNow(), null, null, false, null) { StartedUptime = Uptime };
        Change(status);
        return status;
    }

    public void Signal(ContainerId container)
    {
        if (_containers.TryGetValue(container, out var known) && known.State == RuntimeState.Running)
            Change(known with { State = RuntimeState.Exited, ExitedAt = _time.GetUtcNow(), ExitCode = 0, ExitedUptime = Uptime });
    }

    public void Remove(ContainerId container) => _containers.TryRemove(container, out _);

    public ChannelReader<ContainerStatus> Watch(CancellationToken token)
    {
        var channel = Channel.CreateUnbounded<ContainerStatus>();
        _watchers[channel] = true;
        token.Register(() => _watchers.TryRemove(channel, out _));
        return channel.Reader;
    }

    /// <summary>A load that differs by container and changes slowly.</summary>
    public IReadOnlyList<ContainerUsage> Sample()
    {
        var (now, uptime) = (_time.GetUtcNow(), Uptime);
        return [.. _containers.Values.Where(c => c.State == RuntimeState.Running).Select(c => Sample(c, now, uptime))];
    }

    private static ContainerUsage Sample(ContainerStatus status, DateTimeOffset now, TimeSpan uptime)
    {
        var kind = (uint)status.Id.GetHashCode() % 100;
        var run = uptime - (status.StartedUptime ?? uptime);
        var memory = (20L + kind + (long)(8 * Math.Sin(uptime.TotalMinutes + kind))) << 20;
        return new ContainerUsage(status.Id, now, (long)(run.TotalSeconds * kind * 100_000), memory, memory, 256L << 20, 0, 0, 0, 3);
    }

    private void Change(ContainerStatus status)
    {
        _containers[status.Id] = status;
        foreach (var watcher in _watchers.Keys)
            watcher.Writer.TryWrite(status);
    }

    private string NextAddress() => AddressIn(subnet, Interlocked.Increment(ref _addresses));

    public static string AddressIn(string subnet, int number)
    {
        var network = IPAddress.NetworkToHostOrder(BitConverter.ToInt32(IPAddress.Parse(subnet.Split('/')[0]).GetAddressBytes()));
        return new IPAddress(BitConverter.GetBytes(IPAddress.HostToNetworkOrder(network + number))).ToString();
    }
}
