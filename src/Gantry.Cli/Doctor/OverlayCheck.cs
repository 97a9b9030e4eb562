using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Gantry.Contracts.Admin;

namespace Gantry.Cli.Doctor;

/// <summary>What an overlay between hosts needs of a machine. Tried in a network namespace that is gone afterwards.</summary>
internal static class OverlayCheck
{
    public static IReadOnlyList<CheckResource> Run(int port) => [Vxlan(), Port(port)];

    private static CheckResource Vxlan()
    {
        const string name = "vxlan";
        try
        {
            using var process = Process.Start(new ProcessStartInfo("unshare", ["--net", "ip", "-batch", "-"]) { RedirectStandardInput = true, RedirectStandardError = true })!;
            process.StandardInput.Write("link add probe type vxlan id 1 dstport 4789 nolearning\nlink set probe up\n");
            process.StandardInput.Close();
            var complaint = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0
                ? new(name, "ok", "the kernel makes links of that type", "")
                : new(name, "fail", $"the kernel makes no link of that type: {complaint.Trim().Split('\n')[0]}", "modprobe vxlan, or a kernel with CONFIG_VXLAN; only root can try it");
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            return new(name, "fail", $"could not be tried: {e.Message}", "apt-get install -y util-linux iproute2");
        }
    }

    private static CheckResource Port(int port)
    {
        const string name = "overlay port";
        // As agents call it; a machine is in one overlay.
        if (Directory.EnumerateFileSystemEntries("/sys/class/net", "govl*").FirstOrDefault() is { } link)
            return new(name, "ok", $"the overlay is there: {Path.GetFileName(link)}", "");
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return new(name, "ok", $"UDP {port} is free", "");
        }
        catch (SocketException e)
        {
            return new(name, "fail", $"UDP {port} is not free: {e.Message}", $"See who has it with ss -ulpn 'sport = :{port}' and ip -d link show type vxlan; end that, or set Gantry:Hosts:OverlayPort.");
        }
    }
}
