namespace Gantry.Store.Backups;

/// <summary>What belongs to the control plane beside records and blobs.</summary>
public sealed class BackupOptions
{
    /// <summary>The folder that <see cref="Files"/> are in, and where the mark of an unfinished restore lies.</summary>
    public string DataDirectory { get; set; } = "/var/lib/gantry/data";

    /// <summary>Small files that must be the same after a restore, as <c>folder/pattern</c> below <see cref="DataDirectory"/>. They are sealed.</summary>
    public IList<string> Files { get; } = [];

    /// <summary>The configuration file; sealed too, for it holds passwords. Null when there is none.</summary>
    public string? ConfigurationPath { get; set; }
}
