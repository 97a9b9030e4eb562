using System.Globalization;
using Gantry.Domain;
using Gantry.Domain.Hosts;
using Gantry.Scheduling.Model;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Hosts;

/// <summary>The host that this process runs containers on.</summary>
internal sealed class LocalHost(IHostStore hosts, IContainerStore containers, TimeProvider time, IOptions<SchedulingOptions> options)
{
    private const string FromBefore = "it ran here before places were written down";

    private readonly Lazy<HostId> _id = new(() => Identify(options.Value));
    private bool _registered;

    public HostId Id => _id.Value;

    /// <summary>Writes down, once a process, that this host is there and what it has. Not for several at once.</summary>
    public async Task RegisterAsync(CancellationToken token)
    {
        if (_registered)
            return;
        var o = options.Value;
        await hosts.RegisterAsync(
            new Host
            {
                Id = Id, Name = Environment.MachineName, Class = o.HostClass, Zone = o.HostZone, Capacity = Measure(), RegisteredAt = time.GetUtcNow(),
            },
            token).ConfigureAwait(false);
        await AdoptAsync(token).ConfigureAwait(false);
        _registered = true;
    }

    /// <summary>Containers that an older Gantry started have their place here.</summary>
    private async Task AdoptAsync(CancellationToken token)
    {
        foreach (var container in await containers.ListLiveAsync(token).ConfigureAwait(false))
            if (container is { PlacedAt: null, StartedAt: { } started })
                await containers.UpdateAsync(container.Id, c => c with { Host = Id, PlacedAt = started, Placement = FromBefore }, token).ConfigureAwait(false);
    }

    private static HostId Identify(SchedulingOptions options)
    {
        if (!File.Exists(options.HostIdPath))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(options.HostIdPath))!);
            File.WriteAllText(options.HostIdPath, options.HostName + "\n");
        }

        return new HostId(File.ReadAllText(options.HostIdPath).Trim());
    }

    private static Dictionary<string, long> Measure() => new()
    {
        [ResourceNames.Cpu] = Environment.ProcessorCount * 1000L,
        [ResourceNames.Memory] = MemoryBytes(),
    };

    /// <summary>The line <c>MemTotal: 24689764 kB</c>.</summary>
    private static long MemoryBytes() => File.ReadLines("/proc/meminfo").First(l => l.StartsWith("MemTotal:", StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kilobytes, ..] ? long.Parse(kilobytes, CultureInfo.InvariantCulture) * 1024 : 0;
}
