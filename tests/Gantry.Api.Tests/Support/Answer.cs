using System.Net;
using System.Text.Json;

namespace Gantry.Api.Tests.Support;

/// <summary>A reply, read whole.</summary>
internal sealed record Answer(HttpStatusCode Status, string Text, HttpResponseMessage Message)
{
    public JsonElement Body => JsonDocument.Parse(Text).RootElement;

    /// <summary>The object under the one root key that clients look for.</summary>
    public JsonElement Root(string key)
    {
        Assert.True(Body.TryGetProperty(key, out var value), $"root key {key} is missing in {Text}");
        return value;
    }

    public static async Task<Answer> ReadAsync(HttpResponseMessage message) =>
        new(message.StatusCode, await message.Content.ReadAsStringAsync(), message);
}

internal static class Shape
{
    /// <summary>Every named field is there; those with <c>!</c> at the end are not null, those with <c>#</c> are whole numbers.</summary>
    public static void Has(this JsonElement element, params string[] fields)
    {
        foreach (var field in fields)
        {
            var name = field.TrimEnd('!', '#');
            Assert.True(element.TryGetProperty(name, out var value), $"{name} is missing in {element}");
            if (field != name)
                Assert.True(value.ValueKind != JsonValueKind.Null, $"{name} is null in {element}");
            if (field.EndsWith('#'))
                Assert.Matches("^-?[0-9]+$", value.GetRawText());
        }
    }

    /// <summary>A refusal of a field, in the 422 shape.</summary>
    public static void Refuses(this Answer answer, string field, string part)
    {
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Contains(part, answer.Root("errors").GetProperty(field)[0].GetString(), StringComparison.Ordinal);
    }

    public static void IsMissing(this Answer answer, string resource)
    {
        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.Equal(resource, answer.Root("resource").GetString());
        Assert.NotEqual("", answer.Root("error").GetString());
    }
}
