using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Gantry.Api.Registry;

/// <summary>Refusals in the shape of the OCI distribution specification.</summary>
internal static class RegistryErrors
{
    public static IResult Unauthorized() => Answer(
        StatusCodes.Status401Unauthorized, "UNAUTHORIZED", "Log in with any user name and an API token as the password; only apps that are yours can be pulled.");

    public static IResult TooMany() => Answer(StatusCodes.Status429TooManyRequests, "TOOMANYREQUESTS", "Too many requests: try again in a minute.");

    public static IResult UnknownName(string name) => Answer(
        StatusCodes.Status404NotFound, "NAME_UNKNOWN", $"There is no app \"{name}\", or it is not yours.");

    public static IResult UnknownManifest(string name, string reference) => Answer(
        StatusCodes.Status404NotFound, "MANIFEST_UNKNOWN",
        $"The app \"{name}\" has no image \"{reference}\": name a successful deployment, a digest, or latest. Images of old deployments are deleted.");

    public static IResult UnknownBlob(string digest) => Answer(
        StatusCodes.Status404NotFound, "BLOB_UNKNOWN", $"No image of this app has the blob {digest}: pull its manifest again.");

    private static IResult Answer(int status, string code, string message) =>
        Results.Json(new ErrorsReply([new ErrorReply(code, message)]), RegistryJson.Default.ErrorsReply, statusCode: status);
}

internal sealed record ErrorsReply(IReadOnlyList<ErrorReply> Errors);

internal sealed record ErrorReply(string Code, string Message);

/// <param name="AccessToken">The same again, under the name that newer clients read.</param>
internal sealed record RegistryTokenReply(string Token, string AccessToken, int ExpiresIn, DateTimeOffset IssuedAt);

internal sealed record TagsReply(string Name, IReadOnlyList<string> Tags);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ErrorsReply))]
[JsonSerializable(typeof(RegistryTokenReply))]
[JsonSerializable(typeof(TagsReply))]
internal sealed partial class RegistryJson : JsonSerializerContext;
