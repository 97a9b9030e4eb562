namespace Gantry.Lab.Data;

/// <summary>Where the published workloads lie. They are not part of this repository.</summary>
internal sealed class DataFolder(string? path)
{
    /// <summary>Environment variable that names the folder.</summary>
    public const string Variable = "GANTRY_LAB_DATA";

    /// <exception cref="LabException">Nobody said where.</exception>
    public string Path => path ?? Environment.GetEnvironmentVariable(Variable)
        ?? throw new LabException($"The published workloads are not part of Gantry. Name their folder with --data or {Variable}; its layout is in docs/design/lab.md.");

    /// <exception cref="LabException">There is no such file.</exception>
    public string File(string name)
    {
        var full = System.IO.Path.Combine(Path, name);
        return System.IO.File.Exists(full) ? full
            : throw new LabException($"The workload {name} is not in {Path}. Put it there, or name another folder with --data or {Variable}.");
    }
}

/// <summary>Something the user has to put right; its message says what.</summary>
internal sealed class LabException(string message) : Exception(message);
