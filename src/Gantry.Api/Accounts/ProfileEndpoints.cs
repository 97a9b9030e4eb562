using Gantry.Api.Auth;
using Gantry.Api.Http;
using Gantry.Contracts.V1;
using Gantry.Domain.Accounts;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Api.Accounts;

internal static class ProfileEndpoints
{
    public static void MapProfile(this RouteGroupBuilder v1)
    {
        var group = v1.MapGroup("").WithTags("Account");
        group.MapGet("/users/self", (Caller caller) => Reply.Ok(new UserReply(ToWire(caller.User))))
            .Produces<UserReply>().WithSummary("The account that the token belongs to");
        group.MapPatch("/account/profile", UpdateAsync).Produces<UserReply>().WithSummary("Change the password");
        group.MapPost("/users/stop_free_trial", () => Results.Content("{}", "application/json"))
            .WithSummary("Nothing to stop here: there are no free trials");
        group.MapPost("/users", () => Reply.Error(
                StatusCodes.Status403Forbidden, "Accounts are made by the operator: ask for one (gantry admin users add).", "signup_disabled"))
            .For(Access.Anyone).WithSummary("Refused: operators make accounts");
    }

    private static async Task<IResult> UpdateAsync(
        Caller caller, JsonBody<UpdateProfileRequest> body, IAccountStore accounts, CancellationToken token)
    {
        var wanted = body.Require(b => b.User, "user");
        if (wanted.Email is { } email && email != caller.User.Email)
            return Reply.Invalid("email", "can't be changed here: ask the operator");
        if (wanted.Password is { } password)
        {
            if (AccountRegistry.CheckPassword(password) is { } refusal)
                return Reply.Refused(refusal);
            await accounts.SetPasswordHashAsync(caller.User.Id, Secrets.HashPassword(password), token);
        }

        return Reply.Ok(new UserReply(ToWire(caller.User)));
    }

    // No "admin" flag, even for operators: clients ask for consent at every step when they see it.
    private static UserResource ToWire(User user) =>
        new(user.Id.Value, user.Username, user.Username, user.Email, new Dictionary<string, bool>());
}
