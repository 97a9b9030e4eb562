namespace Gantry.Domain;

/// <summary>Why a request was refused. Expected outcomes are values, not exceptions.</summary>
/// <param name="Kind">What class of refusal this is; the API maps it to a status code.</param>
/// <param name="Field">The field at fault (<c>name</c>, <c>containers</c>), or empty.</param>
/// <param name="Message">A sentence that says what happened, why, and what to do.</param>
public sealed record Refusal(RefusalKind Kind, string Field, string Message)
{
    public static Refusal Invalid(string field, string message) => new(RefusalKind.Invalid, field, message);

    public static Refusal Conflict(string message) => new(RefusalKind.Conflict, "", message);

    public static Refusal NotFound(string resource, string message) => new(RefusalKind.NotFound, resource, message);

    public override string ToString() => Field.Length == 0 ? Message : $"{Field}: {Message}";
}

/// <summary>Class of a <see cref="Refusal"/>.</summary>
public enum RefusalKind
{
    /// <summary>A field breaks a rule (HTTP 422).</summary>
    Invalid,
    /// <summary>The state does not allow it now (HTTP 409).</summary>
    Conflict,
    /// <summary>There is no such thing, or it is another tenant's (HTTP 404).</summary>
    NotFound,
    /// <summary>A quota is used up (HTTP 402 or 422).</summary>
    Quota,
}

/// <summary>A value, or the reason why there is none.</summary>
public readonly record struct Outcome<T>
{
    private readonly T? _value;

    private Outcome(T? value, Refusal? refusal) => (_value, Refusal) = (value, refusal);

    public Refusal? Refusal { get; }

    public bool IsSuccess => Refusal is null;

    /// <exception cref="InvalidOperationException">The request was refused.</exception>
    public T Value => Refusal is null ? _value! : throw new InvalidOperationException(Refusal.ToString());

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal);
}
