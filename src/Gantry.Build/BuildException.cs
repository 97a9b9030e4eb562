namespace Gantry.Build;

/// <summary>The host could not do its part of a build: the tenant's source is not at fault.</summary>
public sealed class BuildException(string message, bool isTransient, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True when the same build may succeed later.</summary>
    public bool IsTransient { get; } = isTransient;
}
