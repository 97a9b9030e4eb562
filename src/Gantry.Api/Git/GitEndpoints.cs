using System.Globalization;
using Gantry.Domain;
using Gantry.Domain.Accounts;
using Gantry.Domain.Apps;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gantry.Api.Git;

/// <summary>What sshd's helpers ask over the socket. Answers are one line, the output of a deployment excepted.</summary>
internal sealed partial class GitEndpoints(
    GitAccess access, PushDeployments pushes, PushFollower follower, IHostApplicationLifetime lifetime, ILogger<GitEndpoints> logger)
    : IHttpApplication<HttpContext>
{
    private const string Gone = "The app no longer exists, or it is no longer yours.";

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        try
        {
            await RouteAsync(context);
        }
        catch (Exception e) when (e is not OperationCanceledException || !context.RequestAborted.IsCancellationRequested)
        {
            Log.Failed(logger, context.Request.Path, e);
            context.Abort();
        }
        catch (OperationCanceledException)
        {
            // The helper is gone; nobody waits for an answer.
        }
    }

    private Task RouteAsync(HttpContext http) => http.Request.Path.Value switch
    {
        "/keys" => KeysAsync(http),
        "/access" => AccessAsync(http),
        "/push" => ForAppAsync(http, CheckAsync),
        "/source" => ForAppAsync(http, StoreAsync),
        "/deploy" => ForAppAsync(http, DeployAsync),
        "/output" => ForAppAsync(http, OutputAsync),
        "/result" => ForAppAsync(http, ResultAsync),
        _ => AnswerAsync(http, "unknown request"),
    };

    private async Task KeysAsync(HttpContext http)
    {
        var asked = (await BodyAsync(http)).Split('\n');
        await AnswerAsync(http, asked is [var type, var key, var print] ? await access.AuthorizeKeyAsync(type, key, print, http.RequestAborted) : "");
    }

    private async Task AccessAsync(HttpContext http)
    {
        // The command is the client's own text, whatever it holds.
        var asked = (await BodyAsync(http)).Split('\n', 2);
        await AnswerAsync(http, await access.DecideAsync(new UserId(asked[0]), asked.ElementAtOrDefault(1) ?? "", http.RequestAborted));
    }

    private async Task ForAppAsync(HttpContext http, Func<HttpContext, App, User, Task> handle)
    {
        if (await access.FindAsync(Query(http, "app"), Query(http, "user"), http.RequestAborted) is { } found)
            await handle(http, found.App, found.User);
        else
            await AnswerAsync(http, Gone);
    }

    private async Task CheckAsync(HttpContext http, App app, User user)
    {
        var (commit, sentence) = PushRules.Check(await BodyAsync(http), Query(http, "shallow") == "true");
        var obstacle = commit is null ? sentence : await pushes.FindObstacleAsync(app, http.RequestAborted);
        await AnswerAsync(http, obstacle ?? $"deploy {commit}");
    }

    private async Task StoreAsync(HttpContext http, App app, User user)
    {
        var stored = await pushes.StoreSourceAsync(http.Request.Body, http.RequestAborted);
        await AnswerAsync(http, stored.Refusal is { } refusal ? $"refused {refusal.Message}" : $"source {stored.Value}");
    }

    private async Task DeployAsync(HttpContext http, App app, User user)
    {
        var queued = await pushes.QueueAsync(app, user, Query(http, "commit"), new Digest(Query(http, "source")), http.RequestAborted);
        await AnswerAsync(http, queued.Refusal is { } refusal ? refusal.Message : $"deployment {queued.Value.Id}");
    }

    private async Task OutputAsync(HttpContext http, App app, User user)
    {
        var id = new DeploymentId(Query(http, "deployment"));
        http.Response.ContentType = "text/plain; charset=utf-8";
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        _ = long.TryParse(Query(http, "shown"), CultureInfo.InvariantCulture, out var shown);
        try
        {
            await follower.FollowAsync(app, id, http.Response.Body, shown, ended.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            http.Abort();
            // A platform that stops goes on with the deployment when it is back.
            if (!lifetime.ApplicationStopping.IsCancellationRequested)
                await pushes.AbortAsync(id, CancellationToken.None);
        }
    }

    private async Task ResultAsync(HttpContext http, App app, User user) =>
        await AnswerAsync(http, await follower.ResultAsync(new DeploymentId(Query(http, "deployment")), http.RequestAborted));

    private static string Query(HttpContext http, string name) => http.Request.Query[name].ToString();

    private static async Task<string> BodyAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        return await reader.ReadToEndAsync(http.RequestAborted);
    }

    /// <summary>An answer is whole when its line has ended.</summary>
    private static Task AnswerAsync(HttpContext http, string text)
    {
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(text + "\n", http.RequestAborted);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Git request {Path} failed")]
        public static partial void Failed(ILogger logger, string path, Exception e);
    }
}
