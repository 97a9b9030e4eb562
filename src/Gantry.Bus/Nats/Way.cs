namespace Gantry.Bus.Nats;

/// <summary>A direction in which the server may not be reached.</summary>
internal enum Way
{
    /// <summary>What this process says.</summary>
    ToServer,

    /// <summary>What the others say.</summary>
    FromServer,
}
