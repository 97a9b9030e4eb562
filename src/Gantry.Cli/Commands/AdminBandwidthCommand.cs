using System.CommandLine;
using System.Globalization;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Http;
using Gantry.Contracts.Admin;

namespace Gantry.Cli.Commands;

/// <summary>What an operator does about an app that takes more of the network than is good for its neighbours.</summary>
internal static class AdminBandwidthCommand
{
    private const string BySize = "size";
    private static readonly Argument<string> App = new("app") { Description = "Name or ID of the app" };
    private static readonly Argument<string> Rate = new("rate") { Description = "Bits per second in each direction (10M, 1.5G), or 'size' for what its containers' size has" };

    public static GantryCommand Create(CommandFactory factory) => factory.Create(
        new GantryCommand("Operators", "bandwidth", "Limit the bandwidth of the containers of any app, at once")
        {
            Details = "Running containers are neither restarted nor disconnected.",
            Examples = ["gantry admin bandwidth my-app 10M", "gantry admin bandwidth my-app size"],
        },
        RunAsync, App, Rate);

    private static async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken token)
    {
        var (app, rate) = (invocation.Get(App), invocation.Get(Rate));
        var reply = (await invocation.Api.PutAsync(
            $"{AdminApi.App(app)}/bandwidth", new AdminBandwidthRequest(new AdminBandwidth(Parse(rate))), AdminJson.Default.AdminBandwidthRequest,
            AdminJson.Default.AdminBandwidthReply, token)).Bandwidth;
        invocation.Print.Done(reply, AdminJson.Default.AdminBandwidth, reply.BitsPerSecond is null
            ? $"The containers of {app} have the bandwidth of their size."
            : $"The containers of {app} receive and send at most {rate}bit/s each.");
        return ExitCode.Success;
    }

    private static long? Parse(string text)
    {
        if (text == BySize)
            return null;
        var factor = text.Length == 0 ? 1 : char.ToUpperInvariant(text[^1]) switch { 'K' => 1_000, 'M' => 1_000_000, 'G' => 1_000_000_000, _ => 1 };
        return double.TryParse(factor == 1 ? text : text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? (long)(number * factor)
            : throw new CliError(ExitCode.Usage, $"'{text}' is not a rate: give bits per second (64K, 10M, 1.5G), or '{BySize}'.");
    }
}
