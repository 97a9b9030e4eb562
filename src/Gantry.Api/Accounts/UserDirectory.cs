using Gantry.Contracts.V1;
using Gantry.Domain;
using Gantry.Domain.Accounts;
using Gantry.Store.Records;

namespace Gantry.Api.Accounts;

/// <summary>Users as other resources mention them.</summary>
internal sealed class UserDirectory(IAccountStore accounts)
{
    /// <summary>Never null: clients read a pusher or owner without checking; one who is gone keeps the name given here.</summary>
    public async Task<UserReference> FindAsync(UserId id, string nameIfGone, CancellationToken token) =>
        await accounts.FindUserAsync(id, token) is { } user ? ToWire(user) : new UserReference(id.Value, nameIfGone, "");

    public static UserReference ToWire(User user) => new(user.Id.Value, user.Username, user.Email);
}
