namespace Gantry.Agent.Remote;

internal static class WireOverlay
{
    public static Wire.Overlay ToWire(this HostOverlay overlay)
    {
        var wire = new Wire.Overlay { Id = overlay.Id, Port = overlay.Port, Local = overlay.Local };
        wire.Members.AddRange(overlay.Members);
        return wire;
    }

    public static HostOverlay ToOverlay(this Wire.Overlay wire) => new(wire.Id, wire.Port, wire.Local, [.. wire.Members]);
}
