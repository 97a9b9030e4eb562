using Gantry.Domain;
using Gantry.Domain.Accounts;
using Gantry.Domain.Apps;
using Gantry.Store.Records;

namespace Gantry.Api.Git;

/// <summary>Who may connect, and what for.</summary>
internal sealed class GitAccess(IAccountStore accounts, IAppStore apps, GitPaths paths)
{
    /// <summary>The line for sshd, empty when nobody has registered the key.</summary>
    public async Task<string> AuthorizeKeyAsync(string type, string key, string fingerprint, CancellationToken token)
    {
        var known = await accounts.FindKeyByFingerprintAsync(fingerprint, token);
        return known is null || !IsPlain(type) || !IsPlain(key)
            ? ""
            : $"restrict,command=\"{paths.Session} {known.UserId} {known.Id}\" {type} {key}";
    }

    /// <summary><c>run SERVICE APP-ID</c>, or a sentence for the client.</summary>
    public async Task<string> DecideAsync(UserId userId, string command, CancellationToken token)
    {
        if (await accounts.FindUserAsync(userId, token) is not { } user)
            return " !     The account of this key no longer exists. Ask the operator of this platform.";
        if (command.Length == 0)
            return $"Hello {user.Username}, your key works. There is no shell here: deploy with git push.";
        if (SessionCommand.Parse(command) is not { } wanted)
            return " !     Only git push, git fetch and git clone of one app are possible here, for example: git push ssh://git@…/my-app.git main";
        return await FindOwnAsync(user, wanted.App, token) is { } app
            ? $"run {wanted.Service} {app.Id}"
            : $" !     You have no app {wanted.App}. Check the address (git remote -v), or make the app first: gantry create {wanted.App}";
    }

    public async Task<(App App, User User)?> FindAsync(string app, string userId, CancellationToken token) =>
        await accounts.FindUserAsync(new UserId(userId), token) is { } user && await FindOwnAsync(user, app, token) is { } found ? (found, user) : null;

    /// <summary>Another tenant's app is as unknown as one that does not exist.</summary>
    private async Task<App?> FindOwnAsync(User user, string idOrName, CancellationToken token) =>
        await apps.FindAsync(idOrName, token) is { } app && app.OwnerId == user.Id ? app : null;

    private static bool IsPlain(string word) => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '=' or '-' or '.' or '@');
}
