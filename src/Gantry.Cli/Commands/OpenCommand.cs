using System.ComponentModel;
using System.Diagnostics;
using Gantry.Cli.CommandLine;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Commands;

internal static class OpenCommand
{
    public static GantryCommand Create(CommandFactory factory) => factory.Create(
        new GantryCommand("Apps", "open", "Open the app in a browser, or print its address")
        {
            Examples = ["gantry open --app my-app", "curl \"$(gantry open)\"   # prints the address when piped"],
        },
        RunAsync);

    private static async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken token)
    {
        var app = await AppCommands.FetchAsync(invocation, token);
        invocation.Print.Result(app, V1Json.Default.AppResource, () => invocation.Print.Data(app.Url));
        if (invocation.Shell.OutIsTerminal && !invocation.Json && HasDesktop(invocation.Shell))
            Start(invocation, app.Url);
        return ExitCode.Success;
    }

    private static bool HasDesktop(Shell shell) =>
        OperatingSystem.IsMacOS() || !string.IsNullOrEmpty(shell.Variable("DISPLAY")) || !string.IsNullOrEmpty(shell.Variable("WAYLAND_DISPLAY"));

    private static void Start(Invocation invocation, string url)
    {
        var opener = OperatingSystem.IsMacOS() ? "open" : "xdg-open";
        try
        {
            using var started = Process.Start(new ProcessStartInfo(opener, [url]));
        }
        catch (Win32Exception)
        {
            invocation.Print.Say($"{opener} is not installed; open the address above yourself.");
        }
    }
}
