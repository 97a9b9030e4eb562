namespace Gantry.Domain.Logs;

/// <summary>Somebody else's log service that gets every line of an app.</summary>
/// <param name="Id">Made of the app and the address, so the same drain cannot be there twice.</param>
/// <param name="Url">Where the lines go, with its credentials; see <see cref="LogDrainAddress"/>.</param>
/// <param name="Cursor">How far it has got in the app's log, in the words of the log.</param>
public sealed record LogDrain(string Id, AppId AppId, string Url, string Cursor, DateTimeOffset CreatedAt);

/// <summary>What a client asks for; every part but the type may be missing.</summary>
public sealed record LogDrainSpec(string Type, string Url = "", string Host = "", string Port = "", string Token = "", string Region = "");
