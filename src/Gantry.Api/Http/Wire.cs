using System.Text.Json.Serialization.Metadata;
using Gantry.Contracts.Admin;
using Gantry.Contracts.V1;

namespace Gantry.Api.Http;

/// <summary>The serialization of one wire type, looked up once.</summary>
internal static class Wire<T>
{
    public static JsonTypeInfo<T> Info { get; } =
        (JsonTypeInfo<T>?)(V1Json.Default.GetTypeInfo(typeof(T)) ?? AdminJson.Default.GetTypeInfo(typeof(T)))
        ?? throw new InvalidOperationException($"{typeof(T).Name} is not a wire type: add it to V1Json or AdminJson.");
}
