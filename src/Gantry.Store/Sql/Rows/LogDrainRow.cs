namespace Gantry.Store.Sql.Rows;

internal sealed record LogDrainRow
{
    public string Id { get; init; } = "";
    public string AppId { get; init; } = "";
    public byte[] Sealed { get; init; } = [];
    public string Cursor { get; init; } = "";
    public long CreatedAt { get; init; }
}
