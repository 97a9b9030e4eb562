namespace Gantry.Store.Records;

/// <summary>The certificate authorities that the cluster made for itself. All control processes share them.</summary>
public interface IAuthorityStore
{
    Task<AuthorityRecord?> FindAsync(string name, CancellationToken token);

    /// <summary>Keeps one that was just made, unless another process was faster.</summary>
    /// <returns>The one that is kept, for all.</returns>
    Task<AuthorityRecord> AddAsync(AuthorityRecord made, CancellationToken token);
}

/// <summary>A certificate authority, in PEM. The private key is sealed at rest.</summary>
/// <param name="Name">Whom it certifies.</param>
public sealed record AuthorityRecord(string Name, string Certificate, string PrivateKey, DateTimeOffset CreatedAt)
{
    /// <summary>Says nothing of the key.</summary>
    public override string ToString() => $"authority {Name}";
}
