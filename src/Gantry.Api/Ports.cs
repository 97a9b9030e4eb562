using Gantry.Contracts.Admin;
using Gantry.Domain;
using Gantry.Domain.Images;

namespace Gantry.Api;

/// <summary>The build cache of an app, as far as the API touches it.</summary>
public interface IDeploymentCache
{
    /// <summary>Forgets what earlier builds of the app left; nothing happens when there is nothing.</summary>
    Task DeleteAsync(AppId app, CancellationToken token);
}

/// <summary>Brings root file systems in as stacks.</summary>
public interface IStackAdmin
{
    /// <summary>Imports a tarball or an OCI layout on the server; refused when it is not one.</summary>
    Task<Outcome<Stack>> ImportAsync(AdminImportStackBody request, CancellationToken token);
}

/// <summary>Checks the machine and says what to fix.</summary>
public interface IDoctor
{
    /// <param name="overlayPort">The UDP port of an overlay that the machine is to be fit for; null: as configured.</param>
    Task<IReadOnlyList<CheckResource>> CheckAsync(int? overlayPort, CancellationToken token);
}
