using System.Text.Json.Serialization;

namespace Gantry.Contracts.Joining;

/// <summary>Serialization of what joining hosts and Control say to each other.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(JoinRequest))]
[JsonSerializable(typeof(JoinReply))]
[JsonSerializable(typeof(AuthorityReply))]
[JsonSerializable(typeof(RenewRequest))]
[JsonSerializable(typeof(RenewReply))]
[JsonSerializable(typeof(JoiningRefusal))]
public sealed partial class JoiningJson : JsonSerializerContext;
