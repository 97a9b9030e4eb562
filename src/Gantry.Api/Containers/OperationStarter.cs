using Gantry.Api.Apps;
using Gantry.Bus;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Operations;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Http;

namespace Gantry.Api.Containers;

/// <summary>Records an operation, tells control, and points the client to where it can follow.</summary>
internal sealed class OperationStarter(IAppStore apps, IBus bus, Addresses addresses, TimeProvider time)
{
    /// <summary>Refused while another operation of the app is under way.</summary>
    public async Task<Outcome<Operation>> BeginAsync(
        AppId app, OperationType type, IReadOnlyList<string> scope, ContainerId? container,
        IReadOnlyList<ProcessFormation>? formation, CancellationToken token)
    {
        var operation = new Operation(
            NewId.Operation(), app, type, OperationStatus.Pending, null, scope, container, time.GetUtcNow(), null);
        var begun = await apps.BeginOperationAsync(operation, formation, token);
        if (begun.IsSuccess)
            bus.Publish(new AppChanged(app));
        return begun;
    }

    /// <summary>Absolute: some clients follow it as it is.</summary>
    public void PointTo(HttpContext context, Operation operation) =>
        context.Response.Headers.Location = addresses.Operation(operation.AppId, operation.Id);
}
