using System.Text.Json.Serialization;

namespace Gantry.Contracts.V1;

/// <summary>Body of 400, 401, 403, 409 and 429, and of statuses the contract does not shape (405, 413, 500).</summary>
public sealed record ErrorReply(
    string Error, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Code = null);

/// <summary>Body of 404: what is missing, and a sentence.</summary>
public sealed record NotFoundReply(string Resource, string Error);

/// <summary>Body of 422: the rules broken, by field; never empty.</summary>
public sealed record InvalidReply(IReadOnlyDictionary<string, IReadOnlyList<string>> Errors);
