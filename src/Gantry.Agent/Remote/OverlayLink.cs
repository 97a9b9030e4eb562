using System.Globalization;
using System.Net;
using Gantry.Agent.Runtime;

namespace Gantry.Agent.Remote;

/// <summary>This host's end of the overlay, in the kernel. Repeatable; for one at a time.</summary>
/// <param name="file">What was set up last, for whoever takes it down: its id and the others in it, a line each.</param>
/// <param name="inside">Words before each program: in which network namespace it runs.</param>
internal sealed class OverlayLink(string instance, string containers, string file, IReadOnlyList<string> inside)
{
    /// <returns>What routes to containers of other hosts say beside the host.</returns>
    /// <exception cref="RuntimeException">The kernel refused; says what.</exception>
    public async Task<string> SetUpAsync(HostOverlay overlay, CancellationToken token)
    {
        Check(overlay);
        var rules = new OverlayRules(overlay, instance, containers);
        var (before, others) = (await ReadAsync(token), overlay.Members.Where(m => m != overlay.Local).ToList());
        if (before is { } other && other.Id != overlay.Id)
            await TakeDownAsync(token);
        var gone = before is { } same && same.Id == overlay.Id ? same.Others.Except(others).ToList() : [];
        // The filter first: nothing comes through before it is there.
        await RunAsync(["nft", "-f", "-"], rules.Filter(), token);
        await WriteAsync(overlay.Id, [.. others, .. gone], token);
        if (await MakeAsync(overlay, rules, token))
            gone = [];
        await RunAsync(["bridge", "-force", "-batch", "-"], rules.Tunnels([], gone), token, mayFail: true);
        await RunAsync(["ip", "-4", "-force", "-batch", "-"], rules.Ways([], gone), token, mayFail: true);
        await RunAsync(["bridge", "-batch", "-"], rules.Tunnels(others, []), token);
        await RunAsync(["ip", "-4", "-batch", "-"], rules.Ways(others, []), token);
        if (!(await HostProgram.ReadAsync([.. inside, "ip", "-4", "rule", "show"], token)).Contains(OverlayRules.RuleKey, StringComparison.Ordinal))
            await RunAsync(["ip", "-4", "-batch", "-"], $"rule add {OverlayRules.Rule}\n", token);
        await WriteAsync(overlay.Id, others, token);
        return rules.Link;
    }

    /// <summary>Nothing where nothing was set up.</summary>
    public async Task TakeDownAsync(CancellationToken token)
    {
        if (await ReadAsync(token) is not { } before)
            return;
        // With the device go its tunnels, neighbours and routes.
        await RunAsync(["ip", "-4", "-force", "-batch", "-"], $"link del {OverlayRules.DeviceOf(before.Id)}\nrule del {OverlayRules.Rule}\n", token, mayFail: true);
        await RunAsync(["nft", "-f", "-"], OverlayRules.FilterRemoval(instance), token);
        File.Delete(file);
    }

    /// <returns>Whether it was made: false when it was there.</returns>
    private async Task<bool> MakeAsync(HostOverlay overlay, OverlayRules rules, CancellationToken token)
    {
        var shown = await HostProgram.ReadAsync([.. inside, "ip", "-d", "-o", "link", "show", "type", "vxlan"], token);
        var present = shown.Split('\n').FirstOrDefault(l => l.Contains($" {rules.Device}:", StringComparison.Ordinal));
        if (present is not null && rules.IsIn(present) && present.Contains("UP", StringComparison.Ordinal))
            return false;
        var removal = present is null ? "" : $"link del {rules.Device}\n";
        var mtu = await MtuAsync(overlay.Local, rules.Device, token) - OverlayRules.Overhead;
        await RunAsync(["ip", "-4", "-batch", "-"], removal + rules.Creation(mtu), token);
        // Addresses of others are reached by another link than they come from here, which a strict check would refuse.
        await RunAsync(["sh", "-c", $"echo 2 > /proc/sys/net/ipv4/conf/{rules.Device}/rp_filter"], "", token);
        return true;
    }

    /// <summary>Of the link that has the address.</summary>
    private async Task<int> MtuAsync(string local, string overlay, CancellationToken token)
    {
        var shown = await HostProgram.ReadAsync([.. inside, "ip", "-4", "-o", "address", "show", "to", $"{local}/32"], token);
        if (shown.Split('\n').Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).FirstOrDefault(w => w.Length > 1 && w[1] != overlay) is not [_, var link, ..])
            throw new RuntimeException($"{local} is the address by which others know this host, and none of its links has it: with an overlay a host has to have the address that it joined with (--address).", false);
        var words = (await HostProgram.ReadAsync([.. inside, "ip", "-o", "link", "show", "dev", link.Split('@')[0]], token)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return int.Parse(words[Array.IndexOf(words, "mtu") + 1], CultureInfo.InvariantCulture);
    }

    private async Task<(int Id, IReadOnlyList<string> Others)?> ReadAsync(CancellationToken token)
    {
        var lines = File.Exists(file) ? await File.ReadAllLinesAsync(file, token) : [];
        return lines.Length == 0 ? null : (int.Parse(lines[0], CultureInfo.InvariantCulture), lines[1..]);
    }

    private async Task WriteAsync(int id, IEnumerable<string> others, CancellationToken token)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllLinesAsync(file + ".new", [id.ToString(CultureInfo.InvariantCulture), .. others], token);
        File.Move(file + ".new", file, overwrite: true);
    }

    /// <param name="mayFail">What is to go may be gone already.</param>
    private async Task RunAsync(string[] program, string input, CancellationToken token, bool mayFail = false)
    {
        try
        {
            if (input.Length > 0 || program[0] == "sh")
                await HostProgram.RunAsync([.. inside, .. program], input, token);
        }
        catch (RuntimeException) when (mayFail)
        {
            // Whatever is still there is harmless, and told again.
        }
    }

    /// <summary>They become words of commands.</summary>
    private static void Check(HostOverlay overlay)
    {
        if (overlay.Id is < 1 or >= 1 << 24 || overlay.Port is < 1 or > 65535)
            throw new RuntimeException($"An overlay has an id from 1 to 16777215 and a port, not {overlay.Id} and {overlay.Port}.", false);
        foreach (var address in overlay.Members.Append(overlay.Local))
            if ($"{IPAddress.Parse(address)}" != address)
                throw new RuntimeException($"{address} is no IPv4 address.", false);
    }
}
