using System.Diagnostics;
using System.Text.Json;
using Gantry.Api.Tests.Support;

namespace Gantry.Api.Tests;

/// <summary>The public JavaScript client, unchanged, against this server.</summary>
public sealed class JavaScriptClientTests(ApiServer server)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task ThePublicClient_DoesItsWorkWithoutNoticing()
    {
        var tenant = await server.NewTenantAsync();
        var name = "js-" + Guid.NewGuid().ToString("N")[..10];
        var modules = await InstallAsync();

        using var limit = new CancellationTokenSource(Limit);
        using var process = Start("node", Client("session.mjs"), modules, server.Url.ToString().TrimEnd('/'), tenant.ApiToken, name);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (line == "FOLLOWING")
                await WriteALineAsync(name);
            else if (line.StartsWith('{'))
                Check(JsonDocument.Parse(line).RootElement, tenant, name);
        }

        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, await errors);
    }

    private async Task WriteALineAsync(string name)
    {
        var app = (await server.Apps.FindAsync(name, default))!;
        await Until.TrueAsync(() => server.Log.Followers(app.Id) == 1, "the client follows the log");
        server.Log.Append(app.Id, "web-1", "hello js");
    }

    private static void Check(JsonElement result, Tenant tenant, string name)
    {
        Assert.Equal(tenant.User.Username, result.GetProperty("self").GetString());
        Assert.Equal("""["local"]""", result.GetProperty("regions").GetRawText());
        Assert.Equal((name, "new"), (result.GetProperty("created").GetProperty("name").GetString(), result.GetProperty("created").GetProperty("status").GetString()));
        Assert.Equal($"[\"{name}\"]", result.GetProperty("apps").GetRawText());
        Assert.True(result.GetProperty("forced").GetBoolean());
        Assert.Equal("3", result.GetProperty("updated").GetString());
        Assert.Equal(0, result.GetProperty("variablesLeft").GetInt32());
        Assert.Equal("""["web:1:M"]""", result.GetProperty("formation").GetRawText());
        Assert.Equal("""["web:2"]""", result.GetProperty("scaled").GetRawText());
        Assert.Equal("""{"status":422,"fields":["containers"]}""", result.GetProperty("refusal").GetRawText());
        Assert.Equal($$$"""{"status":"queued","pusher":"{{{tenant.User.Username}}}"}""", result.GetProperty("deployment").GetRawText());
        Assert.Equal("""{"same":true,"status":"queued","isNew":true}""", result.GetProperty("stream").GetRawText());
        Assert.Equal(1, result.GetProperty("deployments").GetInt32());
        Assert.EndsWith("UTC [web-1] hello js\n", result.GetProperty("followed").GetString(), StringComparison.Ordinal);
        Assert.Contains("new_app", result.GetProperty("events").GetRawText(), StringComparison.Ordinal);
        Assert.True(result.GetProperty("token").GetBoolean());
        Assert.Equal($"{name}-two", result.GetProperty("renamed").GetString());
        Assert.Equal("""{"status":404,"resource":"app"}""", result.GetProperty("gone").GetRawText());
    }

    /// <summary>Installs the client once for all runs, in a cache of the user.</summary>
    private static async Task<string> InstallAsync()
    {
        var cache = Path.Combine(Environment.GetEnvironmentVariable("XDG_CACHE_HOME") ?? "/var/tmp", "gantry-test-clients-1");
        if (Directory.Exists(Path.Combine(cache, "node_modules", "scalingo")))
            return cache;
        var draft = cache + "." + Guid.NewGuid().ToString("N");
        Directory.CreateDirectory(draft);
        File.Copy(Client("package.json"), Path.Combine(draft, "package.json"));
        using var limit = new CancellationTokenSource(Limit);
        using var npm = Start("npm", "install", "--prefix", draft, "--no-audit", "--no-fund", "--ignore-scripts");
        var output = npm.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = await npm.StandardError.ReadToEndAsync(limit.Token);
        await npm.WaitForExitAsync(limit.Token);
        Assert.True(npm.ExitCode == 0, await output + errors);
        if (!Directory.Exists(cache))
            Directory.Move(draft, cache);
        return cache;
    }

    private static string Client(string file) => Path.Combine(AppContext.BaseDirectory, "clients", file);

    private static Process Start(string program, params string[] arguments) => Process.Start(
        new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
}
