using System.Net.Http.Headers;
using System.Text;
using Gantry.Domain;
using Gantry.Domain.Accounts;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Deployments;
using Gantry.Domain.Images;

namespace Gantry.Api.Tests.Support;

/// <summary>A user with a session, and shortcuts to what tests need of theirs.</summary>
internal sealed class Tenant(ApiServer server, User user, string apiToken, int number)
{
    private int _apps;

    public User User { get; } = user;
    public string ApiToken { get; } = apiToken;
    public string Session { get; private set; } = "";
    public HttpClient Http { get; } = new() { BaseAddress = server.Url };

    public async Task LogInAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/tokens/exchange?") { Content = Json("{}") };
        request.Headers.Authorization = Basic("", ApiToken);
        var answer = await Answer.ReadAsync(await Http.SendAsync(request));
        Session = answer.Body.GetProperty("token").GetString()!;
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Session);
    }

    public Task<Answer> GetAsync(string path) => SendAsync("GET", path);

    public async Task<Answer> SendAsync(string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = Json(body);
        // As curl does: a refusal of a large body is read instead of racing with the rest of the body.
        request.Headers.ExpectContinue = body?.Length > 1024 * 1024;
        return await Answer.ReadAsync(await Http.SendAsync(request));
    }

    /// <summary>A new app, made through the API.</summary>
    public async Task<App> NewAppAsync()
    {
        var answer = await SendAsync("POST", "/v1/apps", $$$"""{"app":{"name":"app-{{{number}}}-{{{Interlocked.Increment(ref _apps)}}}"}}""");
        return (await server.Apps.FindAsync(answer.Body.GetProperty("app").GetProperty("id").GetString()!, default))!;
    }

    /// <summary>A new app that looks as if it was deployed, with web:1 and worker:0.</summary>
    public async Task<App> NewDeployedAppAsync()
    {
        var app = await NewAppAsync();
        var image = new ImageId("im-" + Guid.NewGuid());
        var deployment = await AddDeploymentAsync(app, d => d with { Status = DeploymentStatus.Success, ImageId = image });
        await server.Deployments.AddImageAsync(
            new Image(image, app.Id, FakePorts.SomeDigest, FakePorts.SomeDigest, 1000, new Dictionary<string, string> { ["web"] = "npm start" },
                new Dictionary<string, string>(), "abc", DateTimeOffset.UtcNow), default);
        await server.Apps.SetFormationAsync(
            app.Id, [new ProcessFormation("web", 1, "M", "npm start"), new ProcessFormation("worker", 0, "M", "npm run worker")], default);
        return (await server.Apps.UpdateAsync(
            app.Id, a => a with { CurrentImageId = image, CurrentDeploymentId = deployment.Id, Status = AppStatus.Running }, default))!;
    }

    public async Task<Deployment> AddDeploymentAsync(App app, Func<Deployment, Deployment>? change = null)
    {
        var deployment = new Deployment
        {
            Id = new DeploymentId(Guid.CreateVersion7().ToString()), AppId = app.Id, PusherId = User.Id, PusherName = User.Username,
            Source = new DeploymentSource(SourceKind.Url, "https://example.org/a.tar.gz"), CreatedAt = DateTimeOffset.UtcNow,
        };
        deployment = change?.Invoke(deployment) ?? deployment;
        await server.Deployments.AddAsync(deployment, default);
        return deployment;
    }

    public async Task<Container> AddContainerAsync(App app, string type, int index, Func<Container, Container>? change = null)
    {
        var container = new Container
        {
            Id = new ContainerId(Guid.CreateVersion7().ToString()), AppId = app.Id, DeploymentId = app.CurrentDeploymentId!.Value,
            ImageId = app.CurrentImageId!.Value, Type = type, Index = index, Size = "M", Command = "run", State = ContainerState.Running,
            CreatedAt = DateTimeOffset.UtcNow,
        };
        container = change?.Invoke(container) ?? container;
        await server.Containers.AddAsync([container], default);
        return container;
    }

    public static AuthenticationHeaderValue Basic(string login, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login}:{password}")));

    public static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
