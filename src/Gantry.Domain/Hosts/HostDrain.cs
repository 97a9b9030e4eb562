namespace Gantry.Domain.Hosts;

/// <summary>That a host is to be emptied: all its containers are moved away, and it stays empty until it is uncordoned.</summary>
/// <param name="Since">When an operator asked for it.</param>
/// <param name="AtOnce">Moves under way at once.</param>
/// <param name="Containers">How many containers had their place there then.</param>
public sealed record HostDrain(DateTimeOffset Since, int AtOnce, int Containers)
{
    /// <summary>Most moves at once that make sense: each is a boot on another host.</summary>
    public const int MostAtOnce = 100;

    public static Refusal? CheckAtOnce(int? atOnce) => atOnce is null or (>= 1 and <= MostAtOnce) ? null
        : Refusal.Invalid("at_once", $"{atOnce} moves at once make no sense: give a number from 1 to {MostAtOnce}.");
}
