using Gantry.Api.Apps;
using Gantry.Api.Http;
using Gantry.Contracts.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Api.Features;

/// <summary>
/// Resources that clients ask for on their way to something else and that this platform does not have yet: they get the
/// empty list, or the 404 that means "none", and go on.
/// </summary>
internal static class AbsentFeatures
{
    public static void MapAbsent(this RouteGroupBuilder v1, RouteGroupBuilder app)
    {
        foreach (var key in (string[])["addons", "alerts", "autoscalers", "child_apps", "collaborators", "domains", "notifiers"])
            Empty(app, $"/{key}", key);
        None(app, "/cron_tasks", "cron_tasks", "The app has no cron tasks.");
        None(app, "/scm_repo_link", "scm_repo_link", "The app is not linked to a repository.");
        foreach (var key in (string[])["collaborators", "scm_integrations", "scm_repo_links"])
            Empty(v1, $"/{key}", key);
        foreach (var key in (string[])["addon_providers", "addon_categories", "event_types", "event_categories", "notification_platforms"])
            Empty(v1, $"/{key}", key).For(Access.Anyone);
        MapProjects(v1);
    }

    private static RouteHandlerBuilder Empty(RouteGroupBuilder group, string path, string key) =>
        group.MapGet(path, () => Results.Content($"{{\"{key}\":[]}}", "application/json"))
            .WithTags("Not here yet").WithSummary("Always empty");

    private static void None(RouteGroupBuilder group, string path, string resource, string message) =>
        group.MapGet(path, () => Reply.NotFound(resource, message)).WithTags("Not here yet").WithSummary("Always 404: none");

    private static void MapProjects(RouteGroupBuilder v1)
    {
        v1.MapGet("/projects", (Caller caller) => Reply.Ok(new ProjectsReply([AppPresenter.Project(caller.User)])))
            .Produces<ProjectsReply>().WithTags("Projects").WithSummary("The one project of the account");
        v1.MapGet("/projects/{id}", (string id, Caller caller) => AppPresenter.Project(caller.User) is var project && project.Id == id
                ? Reply.Ok(new ProjectReply(project))
                : Reply.NotFound("project", $"You have no project with the id {id}."))
            .Produces<ProjectReply>().WithTags("Projects").WithSummary("One project");
    }
}
