using Gantry.Domain;

namespace Gantry.Store.Records;

/// <summary>Takes all records from one engine to another, for a platform that outgrew its first one.</summary>
public interface IRecordTransfer
{
    /// <summary>All or nothing, and the source stays as it is.</summary>
    /// <returns>What was taken along; or a refusal: the target holds records, the source is in use or not there, or the key is another one.</returns>
    Task<Outcome<TransferReport>> RunAsync(CancellationToken token);
}

/// <summary>What was taken along.</summary>
public sealed record TransferReport(IReadOnlyList<TransferredTable> Tables);

/// <summary>A kind of records, and how many there were.</summary>
public sealed record TransferredTable(string Name, long Rows);
