using Gantry.Cli.CommandLine;

namespace Gantry.Cli;

internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        var shell = ProcessShell.Open();
        using var interruption = new Interruption();
        return await CliApplication.RunAsync(arguments, shell, interruption.Token);
    }
}
