using System.Text.Json;
using Gantry.Api.Accounts;
using Gantry.Api.Admin;
using Gantry.Api.Apps;
using Gantry.Api.Attach;
using Gantry.Api.Auth;
using Gantry.Api.Containers;
using Gantry.Api.Deployments;
using Gantry.Api.Events;
using Gantry.Api.Http;
using Gantry.Api.Logs;
using Gantry.Api.OneOffs;
using Gantry.Api.Registry;
using Gantry.Api.Variables;
using Gantry.Contracts.Admin;
using Gantry.Contracts.V1;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Gantry.Api;

/// <summary>Registers the API.</summary>
public static class ApiServices
{
    /// <summary>
    /// Needs the records and blobs of the store, the bus, a container runtime, the app log, control's
    /// <see cref="Control.Hosts.IHostPlanner"/>, and implementations of <see cref="IDeploymentCache"/>, <see cref="IStackAdmin"/> and <see cref="IDoctor"/>.
    /// </summary>
    public static IServiceCollection AddApi(this IServiceCollection services, Action<ApiOptions> configure)
    {
        services.Configure(configure);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<SigningKey>().AddSingleton<SessionTokens>().AddSingleton<Authenticator>().AddSingleton<RequestBudget>();
        services.AddSingleton<IAccounts, AccountRegistry>().AddSingleton<LoginCheck>().AddSingleton<UserDirectory>();
        services.AddSingleton<Addresses>().AddSingleton<AppPresenter>().AddSingleton<StackCatalog>();
        services.AddSingleton<AppCreation>().AddSingleton<AppDeletion>().AddSingleton<VariableChanges>();
        services.AddSingleton<Formations>().AddSingleton<OperationStarter>().AddSingleton<OperationPresenter>();
        services.AddSingleton<UsageMeter>().AddSingleton<OneOffPlan>().AddSingleton<Timeline>().AddSingleton<HostTimeline>();
        services.AddSingleton<DeploymentStarter>().AddSingleton<DeploymentPresenter>().AddSingleton<SourceShelf>();
        services.AddSingleton<DeploymentStream>().AddSingleton<LogFollower>().AddSingleton<Shutdown>();
        services.AddSingleton<AttachAccess>().AddSingleton<AttachSessions>().AddSingleton<AttachBridge>();
        services.AddSingleton<AttachConnection>().AddSingleton<ExitWaiter>().AddSingleton<UploadFolder>();
        services.AddSingleton<HostReport>();
        services.AddRegistry();
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(o =>
        {
            // The description of the API is made from these; replies use the contexts directly.
            o.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            o.SerializerOptions.TypeInfoResolverChain.Insert(0, V1Json.Default);
            o.SerializerOptions.TypeInfoResolverChain.Insert(1, AdminJson.Default);
        });
        services.AddApiDescription();
        return services;
    }
}
