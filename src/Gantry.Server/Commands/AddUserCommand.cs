using System.CommandLine;
using Gantry.Api.Accounts;

namespace Gantry.Server.Commands;

/// <summary>Makes an account from the host, for the first start, when nobody can log in yet.</summary>
internal static class AddUserCommand
{
    public static Command Create(Option<FileInfo?> config)
    {
        var username = new Option<string>("--username") { Required = true, Description = "Name of the user" };
        var email = new Option<string>("--email") { Required = true, Description = "E-mail of the user" };
        var isOperator = new Option<bool>("--operator") { Description = "May use the admin API" };
        var command = new Command("add-user", "Creates a user and prints an API token") { username, email, isOperator };
        command.SetAction(async (parse, token) =>
        {
            var user = new NewUser(parse.GetValue(username)!, parse.GetValue(email)!, null, parse.GetValue(isOperator));
            return await OfflineHost.RunAsync(parse.GetValue(config), services => AddAsync(services, user, token), token).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> AddAsync(IServiceProvider services, NewUser user, CancellationToken token)
    {
        var accounts = services.GetRequiredService<IAccounts>();
        var added = await accounts.AddUserAsync(user, token).ConfigureAwait(false);
        if (added.Refusal is { } refusal)
        {
            await Console.Error.WriteLineAsync($"The user was not created: {refusal}").ConfigureAwait(false);
            return 1;
        }

        var issued = await accounts.AddTokenAsync(added.Value.Id, "first token", token).ConfigureAwait(false);
        Console.WriteLine(issued.Secret);
        return 0;
    }
}
