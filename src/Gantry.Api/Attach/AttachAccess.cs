using Gantry.Api.Auth;
using Gantry.Domain;
using Gantry.Domain.Accounts;
using Gantry.Domain.Containers;
using Gantry.Store.Records;

namespace Gantry.Api.Attach;

/// <summary>Finds the one-off behind an attach address for the user who may use it.</summary>
internal sealed class AttachAccess(Authenticator authenticator, IContainerStore containers, IAppStore apps)
{
    /// <summary>Not found when there is no such container, when it has no terminal, or when its app is another tenant's.</summary>
    public async Task<Outcome<Container>> FindAsync(User user, string containerId, CancellationToken token) =>
        await containers.FindAsync(new ContainerId(containerId), token) is { Attached: true } container
        && await apps.FindByIdAsync(container.AppId, token) is { } app && app.OwnerId == user.Id
            ? container
            : Refusal.NotFound("container", $"There is no one-off {containerId} to attach to, or it is not yours.");

    /// <summary>For connections that no middleware has seen.</summary>
    /// <returns>Null when the user is unknown.</returns>
    public async Task<Outcome<Container>?> FindAsync(string? authorization, string containerId, CancellationToken token) =>
        await authenticator.AuthenticateAsync(authorization, token) is { } user ? await FindAsync(user, containerId, token) : default(Outcome<Container>?);
}
