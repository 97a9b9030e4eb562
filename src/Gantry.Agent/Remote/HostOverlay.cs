namespace Gantry.Agent.Remote;

/// <summary>The network that hosts have among themselves where the one between them does not know their containers: VXLAN, from host to host.</summary>
/// <param name="Id">Of the network (VNI), 1 to 16,777,215.</param>
/// <param name="Port">UDP port at which all of them take its packets.</param>
/// <param name="Local">The address by which the others know this host.</param>
/// <param name="Members">Addresses of all hosts and routers: who else sends such packets is not heard.</param>
public sealed record HostOverlay(int Id, int Port, string Local, IReadOnlyCollection<string> Members)
{
    /// <summary>What its link is called on each host.</summary>
    public static string DeviceOf(int id) => OverlayRules.DeviceOf(id);
}
