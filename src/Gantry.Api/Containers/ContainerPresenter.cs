using Gantry.Contracts.V1;
using Gantry.Domain.Containers;

namespace Gantry.Api.Containers;

/// <summary>Containers and their sizes as clients see them.</summary>
internal static class ContainerPresenter
{
    public static ContainerResource ToWire(Container c) => new(
        c.Id.Value, c.AppId.Value, c.CreatedAt, c.StoppedAt, c.Command, c.Type, c.Index, c.Label, State(c),
        ToWire(ContainerSize.Find(c.Size) ?? ContainerSize.Default));

    public static ContainerSizeResource ToWire(ContainerSize s) => new(
        s.Id, $"gantry-container-{s.Name.ToLowerInvariant()}", s.Name, $"{s.Name} ({s.MemoryBytes / (1024 * 1024)} MB)", s.HumanCpu,
        s.MemoryBytes, s.SwapBytes, s.PidsLimit, s.Ordinal, HourlyPrice: 0, ThirtydaysPrice: 0,
        new Dictionary<string, IReadOnlyDictionary<string, string>>());

    // One that is no longer wanted is on its way out, whether or not its host has noticed.
    private static string State(Container c) =>
        c is { Wanted: false, State: ContainerState.Booting or ContainerState.Running } ? "stopping" : c.State.ToString().ToLowerInvariant();
}
