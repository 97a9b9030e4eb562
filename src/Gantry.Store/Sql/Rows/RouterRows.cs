using Gantry.Domain;
using Gantry.Store.Records;

namespace Gantry.Store.Sql.Rows;

internal sealed class RouteChangeRow
{
    public long Number { get; set; }
    public string AppId { get; set; } = "";
}

internal sealed class RouterRow
{
    public string Name { get; set; } = "";
    public long Change { get; set; }
    public long Beat { get; set; }

    /// <summary>Ids with a space between them.</summary>
    public string Draining { get; set; } = "";

    public static RouterRow From(RouterReport report) => new()
    {
        Name = report.Router, Change = report.Change, Beat = report.Beat, Draining = string.Join(' ', report.Draining.Select(c => c.Value)),
    };

    public RouterReport ToReport() =>
        new(Name, Change, Beat, Draining.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => new ContainerId(id)).ToHashSet());
}
