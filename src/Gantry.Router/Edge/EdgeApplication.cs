using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;

namespace Gantry.Router.Edge;

/// <summary>Connects the server to the pipeline without the middleware, scopes and diagnostics of a web application.</summary>
internal sealed class EdgeApplication(EdgePipeline pipeline) : IHttpApplication<Exchange>
{
    public Exchange CreateContext(IFeatureCollection features)
    {
        Exchange exchange;
        if (features is IHostContextContainer<Exchange> container)
            exchange = container.HostContext ??= pipeline.CreateExchange();
        else
            exchange = pipeline.CreateExchange();
        exchange.Begin(features);
        return exchange;
    }

    public Task ProcessRequestAsync(Exchange exchange) => pipeline.HandleAsync(exchange);

    public void DisposeContext(Exchange exchange, Exception? exception) => exchange.End();
}
