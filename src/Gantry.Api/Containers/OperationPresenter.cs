using Gantry.Api.Apps;
using Gantry.Contracts.V1;
using Gantry.Domain;
using Gantry.Domain.Operations;
using Gantry.Store.Records;

namespace Gantry.Api.Containers;

/// <summary>Operations as clients see them.</summary>
internal sealed class OperationPresenter(Addresses addresses, IContainerStore containers)
{
    public async Task<OperationResource> PresentAsync(Operation o, CancellationToken token) => new(
        o.Id.Value, o.AppId.Value, o.CreatedAt, o.FinishedAt, o.Status.ToString().ToLowerInvariant(),
        o.Type == OperationType.StartOneOff ? "start-one-off" : o.Type.ToString().ToLowerInvariant(), o.Error ?? "",
        o.ContainerId is { } container ? await AttachDataAsync(container, token) : null);

    private async Task<StartOneOffData> AttachDataAsync(ContainerId id, CancellationToken token)
    {
        var attached = await containers.FindAsync(id, token) is { Attached: true };
        return new StartOneOffData(attached ? addresses.Attach(id) : "", id.Value);
    }
}
