using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Output;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Commands;

internal static class KeyCommands
{
    private const string Group = "SSH keys";

    private static readonly Argument<string> Name = new("name") { Description = "Name of the key" };
    private static readonly Argument<string?> File = new("file") { Description = "Public key file; “-” is stdin (default: the first of ~/.ssh/id_*.pub)", Arity = ArgumentArity.ZeroOrOne };

    public static IEnumerable<Command> Create(CommandFactory factory) =>
    [
        factory.Create(
            new GantryCommand(Group, "keys", "List your SSH keys for git push") { Examples = ["gantry keys"] },
            ListAsync),
        factory.Create(
            new GantryCommand(Group, "keys-add", "Add an SSH public key")
            {
                Examples = ["gantry keys-add laptop", "gantry keys-add laptop ~/.ssh/id_ed25519.pub", "ssh-keygen -t ed25519   # makes one, if you have none"],
            },
            AddAsync, Name, File),
        factory.Create(
            new GantryCommand(Group, "keys-remove", "Remove an SSH key") { Examples = ["gantry keys-remove laptop"] },
            RemoveAsync, Name),
    ];

    private static async Task<IReadOnlyList<KeyResource>> FetchAsync(Invocation invocation, CancellationToken token) =>
        (await invocation.Api.GetAsync("/v1/keys", V1Json.Default.KeysReply, token)).Keys;

    private static async Task<ExitCode> ListAsync(Invocation invocation, CancellationToken token)
    {
        var keys = await FetchAsync(invocation, token);
        invocation.Print.Result(keys, V1Json.Default.IReadOnlyListKeyResource, () =>
        {
            if (keys.Count == 0)
                invocation.Print.Say("You have no SSH keys here, so git push cannot work yet. Add one: gantry keys-add NAME");
            else
                invocation.Print.Table(["Name", "Key"], [.. keys.Select(k => (Cell[])[k.Name, Short(k.Content)])]);
        });
        return ExitCode.Success;
    }

    private static string Short(string content)
    {
        var parts = content.Split(' ');
        return parts.Length < 2 || parts[1].Length < 24 ? content : $"{parts[0]} {parts[1][..8]}…{parts[1][^12..]}";
    }

    private static async Task<ExitCode> AddAsync(Invocation invocation, CancellationToken token)
    {
        var request = new CreateKeyRequest(new CreateKeyBody(invocation.Get(Name), PublicKey.Read(invocation.Shell, invocation.Get(File))));
        var key = (await invocation.Api.PostAsync("/v1/keys", request, V1Json.Default.CreateKeyRequest, V1Json.Default.KeyReply, token)).Key;
        invocation.Print.Done(key, V1Json.Default.KeyResource, $"Key {key.Name} is added; git push works with it.");
        return ExitCode.Success;
    }

    private static async Task<ExitCode> RemoveAsync(Invocation invocation, CancellationToken token)
    {
        var name = invocation.Get(Name);
        var key = (await FetchAsync(invocation, token)).FirstOrDefault(k => k.Name == name || k.Id == name)
            ?? throw new CliError(ExitCode.NotFound, $"You have no SSH key {name}.", "Your keys: gantry keys");
        await invocation.Api.DeleteAsync($"/v1/keys/{key.Id}", token);
        invocation.Print.Done(key, V1Json.Default.KeyResource, $"Key {key.Name} is removed.");
        return ExitCode.Success;
    }
}
