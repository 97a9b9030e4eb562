using System.Globalization;
using System.Net;
using Docker.DotNet.Models;
using Gantry.Domain;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Runtime.Docker;

/// <summary>
/// A network of its own for each container: a bridge that nobody else is on, so no layer 2 is shared, and four addresses
/// of the host's subnet. The bridges' names begin like the interfaces of the native runtime, so its packet filter holds here.
/// </summary>
internal sealed class Networks(EngineLink engine, IOptions<AgentOptions> options)
{
    private const string SlotKey = "gantry.slot";
    private const uint AddressesPerSlot = 4;
    private const uint FirstAddress = 256;
    private readonly AgentOptions _options = options.Value;
    private readonly SemaphoreSlim _choosing = new(1, 1);
    private readonly HashSet<int> _used = [];
    private int _next = -1;

    /// <summary>Makes the network of a container if need be.</summary>
    /// <returns>Its name, and the address for the container.</returns>
    public async Task<(string Name, string Address)> EnsureAsync(ContainerId id, CancellationToken token)
    {
        var name = NameOf(id);
        if (await FindAsync(name, token) is { } known)
            return (name, Address(int.Parse(known.Labels![SlotKey], CultureInfo.InvariantCulture), 2));
        var slot = await TakeSlotAsync(token);
        try
        {
            var parameters = Parameters(name, id, slot);
            if (await DropsUnpublishedAsync(token))
                parameters.Options!["com.docker.network.bridge.gateway_mode_ipv4"] = "nat-unprotected";
            await engine.AskAsync($"make the network {name}", c => c.Networks.CreateNetworkAsync(parameters, token));
        }
        catch
        {
            await ReleaseAsync(slot);
            throw;
        }

        return (name, Address(slot, 2));
    }

    public async Task RemoveAsync(ContainerId id, CancellationToken token)
    {
        var name = NameOf(id);
        if (await FindAsync(name, token) is not { } known)
            return;
        await engine.TryAskAsync($"remove the network {name}", async c =>
        {
            await c.Networks.DeleteNetworkAsync(known.ID, token);
            return name;
        });
        await ReleaseAsync(int.Parse(known.Labels![SlotKey], CultureInfo.InvariantCulture));
    }

    public async Task<IReadOnlyList<NetworkResponse>> ListAsync(CancellationToken token) => [.. await engine.AskAsync("list networks", c => c.Networks.ListNetworksAsync(
        new NetworksListParameters { Filters = Filters.Of("label", $"{Labels.InstanceKey}={_options.InstanceName}") }, token))];

    /// <summary>
    /// Engines from version 28 on drop what routers of other hosts send to a container before any chain that users may change
    /// (docs.docker.com, Port publishing and mapping); Gantry's own table decides about that. Asked each time: engines are upgraded meanwhile.
    /// </summary>
    private async Task<bool> DropsUnpublishedAsync(CancellationToken token)
    {
        var version = await engine.AskAsync("say its version", c => c.System.GetVersionAsync(token));
        return int.TryParse(version.Version?.Split('.')[0], CultureInfo.InvariantCulture, out var major) && major >= 28;
    }

    private string NameOf(ContainerId id) => $"{_options.InstanceName}-{id}";

    private async Task<NetworkResponse?> FindAsync(string name, CancellationToken token) => (await ListAsync(token)).FirstOrDefault(n => n.Name == name);

    private NetworksCreateParameters Parameters(string name, ContainerId id, int slot) => new()
    {
        Name = name,
        Driver = "bridge",
        IPAM = new IPAM { Config = [new IPAMConfig { Subnet = Address(slot, 0) + "/30", Gateway = Address(slot, 1) }] },
        Options = new Dictionary<string, string>
        {
            ["com.docker.network.bridge.name"] = $"{_options.InterfacePrefix}{slot}",
            // Gantry's own table does that.
            ["com.docker.network.bridge.enable_ip_masquerade"] = "false",
        },
        Labels = new Dictionary<string, string>
        {
            [Labels.InstanceKey] = _options.InstanceName,
            [Labels.IdKey] = id.Value,
            [SlotKey] = slot.ToString(CultureInfo.InvariantCulture),
        },
    };

    private async Task<int> TakeSlotAsync(CancellationToken token)
    {
        await _choosing.WaitAsync(token);
        try
        {
            if (_next < 0)
            {
                _used.UnionWith((await ListAsync(token)).Select(n => int.Parse(n.Labels![SlotKey], CultureInfo.InvariantCulture)));
                _next = Random.Shared.Next(Slots);
            }

            // A number comes back only after all others, so that nothing still speaks to its last user.
            for (var tries = 0; tries < Slots; tries++)
            {
                _next = (_next + 1) % Slots;
                if (_used.Add(_next))
                    return _next;
            }

            throw new RuntimeException($"All {Slots} networks of this host are in use: remove containers or enlarge the subnet.", true);
        }
        finally
        {
            _choosing.Release();
        }
    }

    private async Task ReleaseAsync(int slot)
    {
        await _choosing.WaitAsync();
        _used.Remove(slot);
        _choosing.Release();
    }

    private int Slots => (int)Math.Min(_options.Slots, ((1L << (32 - IPNetwork.Parse(_options.EffectiveSubnet).PrefixLength)) - FirstAddress) / AddressesPerSlot);

    private string Address(int slot, uint offset)
    {
        var bytes = IPNetwork.Parse(_options.EffectiveSubnet).BaseAddress.GetAddressBytes();
        var first = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, first + FirstAddress + (uint)slot * AddressesPerSlot + offset);
        return new IPAddress(bytes).ToString();
    }
}

/// <summary>Filters in the shape that the engine reads.</summary>
internal static class Filters
{
    public static IDictionary<string, IDictionary<string, bool>> Of(params ReadOnlySpan<string> pairs)
    {
        var filters = new Dictionary<string, IDictionary<string, bool>>();
        for (var i = 0; i + 1 < pairs.Length; i += 2)
        {
            if (!filters.TryGetValue(pairs[i], out var values))
                filters[pairs[i]] = values = new Dictionary<string, bool>();
            values[pairs[i + 1]] = true;
        }

        return filters;
    }
}
