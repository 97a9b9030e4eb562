using Gantry.Agent.Logs;
using Gantry.Agent.Metrics;
using Gantry.Api;
using Gantry.Build;
using Gantry.Domain;
using Gantry.Router;

namespace Gantry.Server.Adapters;

/// <summary>The API's word for forgetting a build cache, done by the builder.</summary>
internal sealed class DeploymentCache(IBuilder builder) : IDeploymentCache
{
    public Task DeleteAsync(AppId app, CancellationToken token) => builder.DeleteCacheAsync(app, token);
}

/// <summary>The router's request log goes to the app's own log.</summary>
internal sealed class RequestLog(IAppLog log) : IRequestLog
{
    public void Write(AppId app, string line) => log.Append(app, "router", line);
}

/// <summary>The router's requests are counted with the rest of what the host does.</summary>
internal sealed class RequestMeter(IHostMetrics metrics) : IRequestMeter
{
    public void Count(AppId app, int status, TimeSpan duration) => metrics.CountRequest(app, status, duration);
}
