using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace Gantry.Api.Http;

/// <summary>
/// The JSON body of a request, whatever its content type says: clients send <c>{}</c>, <c>null</c> or nothing where
/// there is nothing to say, and all three arrive as a null <see cref="Value"/> or an empty record.
/// </summary>
internal sealed record JsonBody<T>(T? Value) : IBindableFromHttpContext<JsonBody<T>>, IEndpointParameterMetadataProvider
    where T : class
{
    public static async ValueTask<JsonBody<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        if (buffer.Length == 0)
            return new JsonBody<T>((T?)null);
        try
        {
            return new JsonBody<T>(JsonSerializer.Deserialize(buffer.GetBuffer().AsSpan(0, (int)buffer.Length), Wire<T>.Info));
        }
        catch (JsonException e)
        {
            throw new BadHttpRequestException(Explain(e), StatusCodes.Status400BadRequest, e);
        }
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new BodyType(typeof(T)));

    /// <summary>The object under a root key, which the contract wants there.</summary>
    /// <exception cref="BadHttpRequestException">It is missing (400).</exception>
    public TPart Require<TPart>(Func<T, TPart?> part, string key)
        where TPart : class =>
        (Value is null ? null : part(Value))
        ?? throw new BadHttpRequestException($"The body needs the key \"{key}\" at its root: {{\"{key}\": …}}.");

    private static string Explain(JsonException e) =>
        $"The body is not the JSON expected here: malformed, or of a wrong type, at {e.Path ?? "$"} " +
        $"(line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}).";
}

/// <summary>Tells the API description what the body of an endpoint is.</summary>
internal sealed record BodyType(Type Type);
