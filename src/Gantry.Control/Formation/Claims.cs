using Gantry.Domain.Containers;

namespace Gantry.Control.Formation;

/// <summary>Containers of one app, type and index claim the same slot of the formation. Of those that are ready the newest has it.</summary>
internal static class Claims
{
    public static bool IsSame(Container a, Container b) => a.AppId == b.AppId && a.Type == b.Type && a.Index == b.Index;

    public static bool IsNewer(Container a, Container b) =>
        a.CreatedAt != b.CreatedAt ? a.CreatedAt > b.CreatedAt : string.CompareOrdinal(a.Id.Value, b.Id.Value) > 0;

    public static Container? Newest(IEnumerable<Container> claims) =>
        claims.Aggregate((Container?)null, (best, c) => best is null || IsNewer(c, best) ? c : best);
}
