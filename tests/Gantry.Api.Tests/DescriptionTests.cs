using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gantry.Api.Tests.Support;

namespace Gantry.Api.Tests;

public sealed partial class DescriptionTests(ApiServer server)
{
    [Fact]
    public async Task TheDescription_CoversTheRoutesWithSummariesBodiesAndParameters()
    {
        using var http = new HttpClient { BaseAddress = server.Url };

        var document = (await Answer.ReadAsync(await http.GetAsync("/openapi/v1.json"))).Body;

        Assert.StartsWith("3.", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        var operations = document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject().Select(o => (p.Name, o))).ToList();
        Assert.True(operations.Count > 60, $"only {operations.Count} operations are described");
        Assert.All(operations, o => Assert.True(o.o.Value.TryGetProperty("summary", out _), $"{o.o.Name} {o.Name} has no summary"));
        var scale = document.GetProperty("paths").GetProperty("/v1/apps/{app}/scale").GetProperty("post");
        Assert.Equal("app", scale.GetProperty("parameters")[0].GetProperty("name").GetString());
        Assert.True(scale.GetProperty("requestBody").GetProperty("content").TryGetProperty("application/json", out _));
        Assert.True(document.GetProperty("components").GetProperty("schemas").GetProperty("AppResource").GetProperty("properties").TryGetProperty("git_url", out _));
        Assert.DoesNotContain(operations, o => o.Name == "/other");
    }

    [Fact]
    public async Task ThePage_LoadsNothingFromOutsideAndOffersNoServicesOfOthers()
    {
        using var http = new HttpClient { BaseAddress = server.Url };

        var page = await http.GetStringAsync("/docs");

        Assert.DoesNotContain(Outside().Matches(page), m => !m.Value.Contains("127.0.0.1", StringComparison.Ordinal));
        Assert.Matches("\"showDeveloperTools\": *\"never\"", page);
        Assert.Matches("\"agent\": *\\{[^}]*\"disabled\": *true", page);
        var script = Script().Match(page).Groups[1].Value;
        Assert.NotEqual("", script);
        var loaded = await http.GetAsync(new Uri(new Uri(server.Url, "/docs/"), script));
        Assert.Equal(HttpStatusCode.OK, loaded.StatusCode);
    }

    [GeneratedRegex("""(?:src|href)="https?://[^"]+""")]
    private static partial Regex Outside();

    [GeneratedRegex("""<script[^>]* src="([^"]+\.js[^"]*)"|<script src="([^"]+)""")]
    private static partial Regex Script();
}
