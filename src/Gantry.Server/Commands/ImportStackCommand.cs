using System.CommandLine;
using Gantry.Build.Stacks;
using Gantry.Contracts.Admin;
using Gantry.Server.Adapters;

namespace Gantry.Server.Commands;

/// <summary>Imports a stack from files of this host.</summary>
internal static class ImportStackCommand
{
    public static Command Create(Option<FileInfo?> config)
    {
        var name = new Argument<string>("name") { Description = "Name of the stack" };
        var run = new Option<string>("--run") { Required = true, Description = "Root file system that containers run on: a tar, a folder or an OCI layout" };
        var build = new Option<string?>("--build") { Description = "Root file system that builds run on; the run one when left out" };
        var command = new Command("import-stack", "Imports a root file system as a stack and makes it the default if there is none") { name, run, build };
        command.SetAction(async (parse, token) =>
        {
            var body = new AdminImportStackBody(parse.GetValue(name), null, parse.GetValue(run), parse.GetValue(build), null);
            return await OfflineHost.RunAsync(parse.GetValue(config), services => ImportAsync(services, body, token), token).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> ImportAsync(IServiceProvider services, AdminImportStackBody body, CancellationToken token)
    {
        var admin = services.GetRequiredService<StackAdmin>();
        var outcome = await admin.ImportAsync(body, new ConsoleProgress(), token).ConfigureAwait(false);
        if (outcome.Refusal is { } refusal)
        {
            await Console.Error.WriteLineAsync($"The stack was not imported: {refusal}").ConfigureAwait(false);
            return 1;
        }

        await Console.Error.WriteLineAsync($"    stack {outcome.Value.Name}: run {outcome.Value.RunDigest.Hex[..12]}, build {outcome.Value.BuildDigest.Hex[..12]}").ConfigureAwait(false);
        return 0;
    }

    /// <summary>A line per step and per quarter of it: enough to see that it moves, also in a log.</summary>
    private sealed class ConsoleProgress : IProgress<StackProgress>
    {
        private string _last = "";

        public void Report(StackProgress value)
        {
            var quarter = value.TotalBytes is > 0 ? $" {value.DoneBytes * 4 / value.TotalBytes * 25} %" : "";
            var line = value.Step + quarter;
            if (line == _last)
                return;
            _last = line;
            Console.Error.WriteLine("    " + line);
        }
    }
}
