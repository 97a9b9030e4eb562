using Gantry.Domain;
using Gantry.Domain.Images;
using Gantry.Store.Records;

namespace Gantry.Api.Apps;

/// <summary>The stacks that apps may choose.</summary>
internal sealed class StackCatalog(IDeploymentStore deployments)
{
    /// <summary>By id or name, or the default one when nothing is asked for.</summary>
    public async Task<Outcome<Stack>> ChooseAsync(string? idOrName, CancellationToken token)
    {
        var stacks = await deployments.ListStacksAsync(token);
        if (string.IsNullOrEmpty(idOrName))
            return stacks.FirstOrDefault(s => s.IsDefault) is { } preset
                ? preset
                : Refusal.Invalid("stack_id", "is missing and there is no default stack: the operator has to prepare one (gantry admin stacks)");
        return stacks.FirstOrDefault(s => s.Id.Value == idOrName || s.Name == idOrName) is { } found
            ? found
            : Refusal.Invalid("stack_id", $"is unknown; there are: {string.Join(", ", stacks.Select(s => $"{s.Name} ({s.Id})"))}");
    }
}
