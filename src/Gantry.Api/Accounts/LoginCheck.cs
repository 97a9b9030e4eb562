using Gantry.Api.Auth;
using Gantry.Api.Http;
using Gantry.Domain.Accounts;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Http;

namespace Gantry.Api.Accounts;

/// <summary>Checks who asks for a token: login and password, or a session that is already there.</summary>
internal sealed class LoginCheck(Authenticator authenticator, IAccountStore accounts, RequestBudget budget)
{
    /// <returns>The user, or the answer that refuses.</returns>
    public async Task<(User? User, IResult? Refused)> CheckAsync(HttpContext context, CancellationToken token)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (Authenticator.ReadBasic(header) is { Login.Length: > 0 } basic)
            return await CheckPasswordAsync(basic, context.Connection.RemoteIpAddress?.ToString() ?? "", token);
        var user = await authenticator.AuthenticateAsync(header, token);
        return user is null ? (null, Refuse("This needs a login and password, or a session token.")) : (user, null);
    }

    private async Task<(User?, IResult?)> CheckPasswordAsync((string Login, string Password) basic, string address, CancellationToken token)
    {
        if (!budget.MayTryPassword(address))
            return (null, Reply.Error(StatusCodes.Status429TooManyRequests, "Too many wrong passwords: try again in a minute.", "rate_limited"));
        var user = await accounts.FindUserByLoginAsync(basic.Login, token);
        var stored = user is null ? null : await accounts.FindPasswordHashAsync(user.Id, token);
        if (Secrets.VerifyPassword(basic.Password, stored))
            return (user, null);
        budget.CountFailedLogin(address);
        return (null, Refuse("The login or the password is wrong."));
    }

    private static IResult Refuse(string message) => Reply.Error(StatusCodes.Status401Unauthorized, message);
}
