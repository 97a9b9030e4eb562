using Gantry.Cli.CommandLine;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Containers;

/// <summary>Waits for what the platform does in its own time.</summary>
internal static class Operations
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>The operation once it is done; an operation in error is a <see cref="CliError"/>.</summary>
    /// <param name="address">Anything that ends in the operation's ID.</param>
    public static async Task<OperationResource> WaitAsync(Invocation invocation, string address, CancellationToken token)
    {
        var id = address.TrimEnd('/').Split('/')[^1];
        for (var pause = First; ; pause = pause * 1.5 < Longest ? pause * 1.5 : Longest)
        {
            var operation = (await invocation.Api.GetAsync($"{invocation.AppPath}/operations/{id}", V1Json.Default.OperationReply, token)).Operation;
            if (operation.Status == "done")
                return operation;
            if (operation.Status == "error")
                throw new CliError(ExitCode.Failed, $"The {operation.Type} failed: {(string.IsNullOrEmpty(operation.Error) ? "no reason was given" : operation.Error)}",
                    $"The app's log may tell more: gantry logs --app {invocation.App} -n 50");
            await Task.Delay(pause, invocation.Shell.Time, token);
        }
    }
}
