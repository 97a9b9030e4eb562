namespace Gantry.Store.Backups;

/// <summary>A part of one table, in values that every engine has.</summary>
/// <param name="LastNumber">The last <c>seq</c> that the table ever gave; null where it gives none.</param>
/// <param name="Rows">A value a column: <see cref="long"/>, <see cref="string"/>, <see cref="byte"/>[] or null.</param>
internal sealed record RecordPage(string Table, IReadOnlyList<RecordColumn> Columns, long? LastNumber, IReadOnlyList<object?[]> Rows);

/// <summary>A column, and what its values are.</summary>
internal sealed record RecordColumn(string Name, ColumnKind Kind);

/// <summary>What a column holds. A truth is the integer 0 or 1.</summary>
internal enum ColumnKind
{
    Integer,
    Text,
    Bytes,
}
