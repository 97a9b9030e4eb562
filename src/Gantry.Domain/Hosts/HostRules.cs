namespace Gantry.Domain.Hosts;

/// <summary>What an operator may call the properties of a host.</summary>
public static class HostRules
{
    public const int MaxLength = 63;

    /// <summary>What a machine wants to be called in the cluster.</summary>
    public static Refusal? CheckHostName(string? name) => name is not null && IsWord(name) ? null : Refusal.Invalid(
        "name", $"\"{name}\" can't be the name of a host: use up to {MaxLength} letters, digits, dots, dashes and underscores. Give another one with --name.");

    /// <summary>Class or zone; empty for none.</summary>
    public static Refusal? CheckName(string field, string name) =>
        name.Length == 0 || IsWord(name) ? null
        : Refusal.Invalid(field, $"\"{name}\" can't be a {field}: use up to {MaxLength} letters, digits, dots, dashes and underscores.");

    /// <param name="value">Null removes the label.</param>
    public static Refusal? CheckLabel(string name, string? value) =>
        !IsWord(name) ? Refusal.Invalid("labels", $"\"{name}\" can't be a label: use up to {MaxLength} letters, digits, dots, dashes and underscores.")
        : value is null or "" || IsWord(value) ? null
        : Refusal.Invalid("labels", $"\"{value}\" can't be the value of {name}: use up to {MaxLength} letters, digits, dots, dashes and underscores.");

    private static bool IsWord(string text) =>
        text.Length is > 0 and <= MaxLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
}
