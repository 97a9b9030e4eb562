using Gantry.Api.Accounts;
using Gantry.Contracts.V1;
using Gantry.Domain;
using Gantry.Domain.Accounts;
using Gantry.Domain.Apps;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Apps;

/// <summary>Apps as clients see them.</summary>
internal sealed class AppPresenter(Addresses addresses, UserDirectory users, IOptions<ApiOptions> options)
{
    public async Task<AppResource> PresentAsync(App app, CancellationToken token) =>
        Present(app, await users.FindAsync(app.OwnerId, "", token));

    public AppResource Present(App app, UserReference owner) => new()
    {
        Id = app.Id.Value,
        Name = app.Name.Value,
        Region = options.Value.RegionName,
        Owner = owner,
        GitUrl = addresses.Git(app.Name.Value),
        Url = addresses.App(app.Name.Value),
        BaseUrl = addresses.App(app.Name.Value),
        Status = app.Status.ToString().ToLowerInvariant(),
        LastDeployedAt = app.LastDeployedAt,
        LastDeployedBy = app.LastDeployedBy,
        LastDeploymentId = app.CurrentDeploymentId?.Value,
        CreatedAt = app.CreatedAt,
        UpdatedAt = app.UpdatedAt,
        Links = new AppLinks(addresses.DeploymentStream(app.Id)),
        StackId = app.StackId.Value,
        StickySession = app.StickySession,
        ForceHttps = app.ForceHttps,
        RouterLogs = app.RouterLogs,
        Project = DefaultProject(app.OwnerId),
    };

    /// <summary>Each account has one project, which holds all its apps.</summary>
    public static ProjectReference DefaultProject(UserId owner) => new("prj-" + owner.Value["us-".Length..], "default");

    public static ProjectResource Project(User owner)
    {
        var project = DefaultProject(owner.Id);
        return new ProjectResource(
            project.Id, project.Name, Default: true, new Dictionary<string, bool>(), owner.CreatedAt, owner.CreatedAt, UserDirectory.ToWire(owner));
    }
}
