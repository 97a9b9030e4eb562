using Gantry.Store.Records;
using Gantry.Store.Secrets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Gantry.Store.Sql;

/// <summary>What every SQL engine registers beside its <see cref="SqlDatabase"/>.</summary>
internal static class SqlStores
{
    public static IServiceCollection AddSqlStores(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddLogging();
        services.AddSingleton<Sealer>();
        services.AddSingleton<SqlArchive>();
        services.AddHostedService<SqlStart>();
        services.AddSingleton<IAccountStore, SqlAccountStore>();
        services.AddSingleton<IAppStore, SqlAppStore>();
        services.AddSingleton<IDeploymentStore, SqlDeploymentStore>();
        services.AddSingleton<IContainerStore, SqlContainerStore>();
        services.AddSingleton<ILogDrainStore, SqlLogDrainStore>();
        services.AddSingleton<IHostStore, SqlHostStore>();
        services.AddSingleton<IRepackingStore, SqlRepackingStore>();
        services.AddSingleton<IAuthorityStore, SqlAuthorityStore>();
        services.AddSingleton<ITermStore, SqlTermStore>();
        services.AddSingleton<IRouterStore, SqlRouterStore>();
        services.AddSingleton<IUsageStore, SqlUsageStore>();
        return services.AddSingleton<IEventStore, SqlEventStore>();
    }
}
