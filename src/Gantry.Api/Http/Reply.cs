using Gantry.Contracts.V1;
using Gantry.Domain;
using Microsoft.AspNetCore.Http;

namespace Gantry.Api.Http;

/// <summary>Answers in the shapes that clients decode.</summary>
internal static class Reply
{
    public static IResult Ok<T>(T body) => Json(body, StatusCodes.Status200OK);

    public static IResult Created<T>(T body) => Json(body, StatusCodes.Status201Created);

    public static IResult NoContent() => Results.NoContent();

    public static IResult Json<T>(T body, int status) => Results.Json(body, Wire<T>.Info, statusCode: status);

    public static IResult Error(int status, string error, string? code = null) => Json(new ErrorReply(error, code), status);

    public static IResult NotFound(string resource, string error) =>
        Json(new NotFoundReply(resource, error), StatusCodes.Status404NotFound);

    public static IResult Invalid(string field, string message) => Invalid([(field, message)]);

    public static IResult Invalid(IEnumerable<(string Field, string Message)> broken) => Json(
        new InvalidReply(broken.GroupBy(b => b.Field, b => b.Message)
            .ToDictionary(g => g.Key, g => (IReadOnlyList<string>)[.. g])),
        StatusCodes.Status422UnprocessableEntity);

    public static IResult Refused(Refusal refusal) => refusal.Kind switch
    {
        RefusalKind.NotFound => NotFound(refusal.Field, refusal.Message),
        RefusalKind.Conflict => Error(StatusCodes.Status409Conflict, refusal.Message),
        _ => Invalid(refusal.Field.Length == 0 ? "base" : refusal.Field, refusal.Message),
    };
}
