using Gantry.Api.Accounts;
using Gantry.Api.Admin;
using Gantry.Api.Apps;
using Gantry.Api.Attach;
using Gantry.Api.Auth;
using Gantry.Api.Containers;
using Gantry.Api.Deployments;
using Gantry.Api.Events;
using Gantry.Api.Features;
using Gantry.Api.Http;
using Gantry.Api.LogDrains;
using Gantry.Api.Logs;
using Gantry.Api.Metrics;
using Gantry.Api.OneOffs;
using Gantry.Api.Registry;
using Gantry.Api.Variables;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Gantry.Api;

/// <summary>Maps the API.</summary>
public static class ApiRoutes
{
    /// <summary>
    /// Adds the API's middleware and endpoints. Endpoints of others on the same server keep their own errors and access
    /// rules; addresses that nobody has answer 404 as JSON. Listeners also need <see cref="AttachListener.UseAttach"/>.
    /// </summary>
    public static WebApplication MapApi(this WebApplication app)
    {
        app.UseMiddleware<RequestIds>();
        app.UseMiddleware<ErrorShapes>();
        app.UseWebSockets();
        app.UseMiddleware<AccessMiddleware>();
        app.MapApiDescription();
        MapEndpoints(app);
        return app;
    }

    private static void MapEndpoints(WebApplication app)
    {
        var root = app.MapGroup("").For(Access.Owner);
        var v1 = root.MapGroup("/v1");
        var tenant = v1.MapGroup("/apps/{app}");
        MapAccounts(v1);
        v1.MapApps(tenant);
        tenant.MapVariables();
        tenant.MapDeployments();
        root.MapSources(v1);
        root.MapDeploymentStream();
        tenant.MapContainers();
        tenant.MapRun();
        root.MapAttach(app.Services.GetRequiredService<IOptions<ApiOptions>>().Value);
        root.MapLogs(tenant);
        root.MapLogArchives(tenant);
        tenant.MapLogDrains();
        v1.MapEvents(tenant);
        v1.MapMetrics(tenant);
        v1.MapFeatures();
        v1.MapAbsent(tenant);
        root.MapAdmin();
        root.MapRegistry();
        root.MapPrometheus();
    }

    private static void MapAccounts(RouteGroupBuilder v1)
    {
        v1.MapTokens();
        v1.MapKeys();
        v1.MapProfile();
        v1.MapRegions();
    }
}
