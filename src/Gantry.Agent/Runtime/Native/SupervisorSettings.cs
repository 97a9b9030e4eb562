using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Gantry.Linux.Supervision;

namespace Gantry.Agent.Runtime.Native;

/// <summary>Makes the supervisor's options from the agent's.</summary>
internal static class SupervisorSettings
{
    public static SupervisorOptions From(AgentOptions options)
    {
        var settings = WithoutVersion(options);
        return settings with { Version = Version(settings, options.SupervisorPath) };
    }

    /// <summary>The part that needs no supervisor: the packet filter is made from it.</summary>
    public static SupervisorOptions WithoutVersion(AgentOptions options) => new()
    {
        InstanceName = options.InstanceName,
        Version = "",
        DataDirectory = Path.GetFullPath(options.DataDirectory),
        RunDirectory = Path.GetFullPath(options.RunDirectory),
        Subnet = options.EffectiveSubnet,
        UidBase = options.EffectiveUidBase,
        PlainIds = options.PlainIds,
        Slots = options.EffectiveSlots,
        PoolSize = options.PoolSize,
        WarmScratchBytes = options.WarmScratchBytes,
        InterfacePrefix = options.InterfacePrefix,
        TableName = options.InstanceName,
        CgroupParent = options.InstanceName,
        Resolvers = Resolvers(options),
        BlockedRanges = [.. options.BlockedRanges],
        AllowedHostPorts = [.. options.AllowedHostPorts],
        ConnectionsPerContainer = options.ConnectionsPerContainer,
        SeccompProfilePath = options.SeccompProfilePath,
        CrunPath = options.CrunPath,
        InitPath = options.InitPath,
    };

    /// <summary>Another program or other settings are another version: the running supervisor is then replaced.</summary>
    private static string Version(SupervisorOptions settings, string program)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(File.ReadAllBytes(program));
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(settings, MessagesJson.Default.SupervisorOptions));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    public static string[] Resolvers(AgentOptions options)
    {
        if (options.Resolvers.Count > 0)
            return [.. options.Resolvers];
        var own = File.Exists("/etc/resolv.conf") ? File.ReadLines("/etc/resolv.conf") : [];
        string[] usable =
        [
            .. own.Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(w => w is ["nameserver", ..] && w.Length > 1 && IPAddress.TryParse(w[1], out var a) && !IPAddress.IsLoopback(a) && !w[1].Contains(':'))
                .Select(w => w[1]),
        ];
        return usable.Length > 0 ? usable : [options.FallbackResolver];
    }
}
