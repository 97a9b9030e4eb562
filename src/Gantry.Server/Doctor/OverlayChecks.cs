using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Gantry.Agent.Remote;
using Gantry.Contracts.Admin;

namespace Gantry.Server.Doctor;

/// <summary>What an overlay between hosts needs of a machine. Tried in a network namespace that is gone afterwards.</summary>
internal static class OverlayChecks
{
    public static async Task<IReadOnlyList<CheckResource>> OfAsync(int id, int port, CancellationToken token) =>
        [await VxlanAsync(token).ConfigureAwait(false), Port(HostOverlay.DeviceOf(id), port)];

    private static async Task<CheckResource> VxlanAsync(CancellationToken token)
    {
        const string name = "vxlan";
        const string wanted = "link add probe type vxlan id 1 dstport 4789 nolearning\nlink set probe up\n";
        using var process = Process.Start(new ProcessStartInfo("unshare", ["--net", "ip", "-batch", "-"]) { RedirectStandardInput = true, RedirectStandardError = true })!;
        await process.StandardInput.WriteAsync(wanted.AsMemory(), token).ConfigureAwait(false);
        process.StandardInput.Close();
        var complaint = await process.StandardError.ReadToEndAsync(token).ConfigureAwait(false);
        await process.WaitForExitAsync(token).ConfigureAwait(false);
        return process.ExitCode == 0
            ? new(name, "ok", "The kernel makes links of that type.", "")
            : new(name, "fail", $"The kernel makes no link of the type vxlan, which Gantry:Hosts:Overlay needs: {complaint.Trim().Split('\n')[0]}", "modprobe vxlan, or a kernel with CONFIG_VXLAN.");
    }

    private static CheckResource Port(string device, int port)
    {
        const string name = "overlay port";
        var number = port.ToString(CultureInfo.InvariantCulture);
        if (Directory.Exists($"/sys/class/net/{device}"))
            return new(name, "ok", $"The overlay is there: {device}.", "");
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return new(name, "ok", $"UDP {number} is free.", "");
        }
        catch (SocketException e)
        {
            return new(name, "fail", $"UDP {number} is not free for the overlay: {e.Message}", $"See who has it with ss -ulpn 'sport = :{number}' and ip -d link show type vxlan; end that, or set Gantry:Hosts:OverlayPort.");
        }
    }
}
