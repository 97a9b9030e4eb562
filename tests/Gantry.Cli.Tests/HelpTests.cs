using System.CommandLine;
using System.Diagnostics;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Tests.Support;

namespace Gantry.Cli.Tests;

public sealed class HelpTests
{
    [Fact]
    public void EveryCommand_Help_HasADescriptionAndAnExampleThatParses()
    {
        var root = Root();
        foreach (var command in All(root).OfType<GantryCommand>())
        {
            Assert.False(string.IsNullOrEmpty(command.Description), command.Name);
            Assert.True(command.Examples.Count > 0, $"{command.Name} has no example");
            var own = command.Examples.Where(e => e.StartsWith("gantry ", StringComparison.Ordinal)).Select(e => e.Split("  #")[0]).ToList();
            foreach (var example in own.Where(e => e.IndexOfAny(['|', '<', '>', '&', '$', '\'', '"']) < 0))
            {
                var words = example.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
                var parsed = root.Parse(PassThrough.Protect(root, words));
                Assert.True(parsed.Errors.Count == 0, $"{example}: {string.Join(' ', parsed.Errors.Select(e => e.Message))}");
            }
        }
    }

    [Fact]
    public void EveryCommand_Options_HaveDescriptions()
    {
        foreach (var command in All(Root()))
        {
            Assert.All(command.Options, o => Assert.False(string.IsNullOrEmpty(o.Description), $"{command.Name} {o.Name}"));
            Assert.All(command.Arguments, a => Assert.False(string.IsNullOrEmpty(a.Description), $"{command.Name} {a.Name}"));
        }
    }

    [Theory]
    [InlineData("scale", "--help")]
    [InlineData("help", "scale")]
    public async Task Help_OfACommand_ShowsUsageArgumentsOptionsAndExamples(params string[] arguments)
    {
        using var cli = new Support.Cli();
        var result = await cli.RunAsync(arguments);
        Assert.Equal(ExitCode.Success, result.Exit);
        Assert.Equal(
            """
            Show or change the number and size of containers

            Usage:
              gantry scale [options] [TYPE:AMOUNT:SIZE…]

            Sizes: gantry sizes. Types that are not named stay as they are. Waits until the
            new formation runs.

            Arguments:
              [TYPE:AMOUNT:SIZE…]  web:2, web:2:L, web+1, web-1, web::XL (default: show the
                                   formation)

            Options:
              --no-wait  Do not wait for the end

            Examples:
              gantry scale                     # show
              gantry scale web:2:L worker:1
              gantry scale worker+1
              gantry scale web:0               # stop

            Everywhere:
              -h, --help           Show this help
              -a, --app NAME       The app (default: $GANTRY_APP, else the git remote
                                   “gantry”)
              --format table|json  table for people, json for programs (default: table)
              --url URL            The server (default: $GANTRY_URL, else that of the last
                                   login)

            """, result.Out);
    }

    [Fact]
    public async Task Help_ExitCodes_ListsThem()
    {
        using var cli = new Support.Cli();
        Assert.Contains("77    NotLoggedIn", (await cli.RunAsync("help", "exit-codes")).Out);
    }

    [Theory]
    [InlineData("gantry dep", "deploy deployments deployment-logs deployment-delete-cache")]
    [InlineData("gantry admin user", "users user-add")]
    [InlineData("gantry hosts h", "hotspots")]
    [InlineData("gantry admin user-add --op", "--operator")]
    [InlineData("gantry -a my-app logs --fi", "--filter")]
    [InlineData("gantry scale --format j", "json")]
    [InlineData("gantry completion z", "zsh")]
    [InlineData("gantry help exit", "exit-codes")]
    public async Task Completion_Bash_ProposesWhatFits(string typed, string proposals)
    {
        using var cli = new Support.Cli();
        var script = (await cli.RunAsync("completion", "bash")).Out;
        var words = typed.Split(' ');
        var test = $"{script}\nCOMP_WORDS=({typed}); COMP_CWORD={words.Length - 1}; _gantry; echo \"${{COMPREPLY[@]}}\"";
        Assert.Equal(proposals, await BashAsync(test));
    }

    private static async Task<string> BashAsync(string script)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash") { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await bash.StandardInput.WriteAsync(script);
        bash.StandardInput.Close();
        return (await bash.StandardOutput.ReadToEndAsync()).Trim();
    }

    private static RootCommand Root() => CommandTree.Build(new Shell
    {
        Out = TextWriter.Null,
        Error = TextWriter.Null,
        RawIn = Stream.Null,
        RawOut = Stream.Null,
        Variable = _ => null,
        WorkingDirectory = "/",
    });

    private static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);
}
