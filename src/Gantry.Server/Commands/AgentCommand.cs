using System.CommandLine;
using System.Net;
using Gantry.Agent.Joining;
using Gantry.Server.Configuration;

namespace Gantry.Server.Commands;

/// <summary>Makes this machine a host of a cluster, and runs its containers on behalf of Control.</summary>
internal static class AgentCommand
{
    private static readonly Option<string?> _join = new("--join") { Description = "Where Control awaits hosts (https://…); needed once", HelpName = "URL" };
    private static readonly Option<string?> _token = new("--token") { Description = "One-time token, as gantry hosts token prints it; needed once", HelpName = "TOKEN" };
    private static readonly Option<string?> _name = new("--name") { Description = "Name in the cluster (default: the machine's)", HelpName = "NAME" };
    private static readonly Option<string?> _address = new("--address")
    {
        Description = "Where Control reaches this agent (default: where it is seen to come from, at port 7444)", HelpName = "HOST:PORT",
    };

    public static Command Create(Option<FileInfo?> config)
    {
        var command = new Command("agent", "Joins a cluster (the first time) and runs containers for it") { _join, _token, _name, _address };
        command.SetAction((parse, token) => RunAsync(parse, parse.GetValue(config), token));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, FileInfo? config, CancellationToken token)
    {
        var builder = ConfigurationFile.NewBuilder();
        try
        {
            ConfigurationFile.Add(builder.Configuration, config);
            var gantry = GantrySection.Read(builder.Configuration);
            var membership = AgentComposition.Membership(gantry, parse.GetValue(_name), parse.GetValue(_address));
            var known = membership.Find();
            var ensured = await membership.EnsureAsync(Url(parse.GetValue(_join)), parse.GetValue(_token), token).ConfigureAwait(false);
            if (ensured.Refusal is { } refusal)
                return await FailAsync(refusal.Message).ConfigureAwait(false);
            await SayAsync(known, ensured.Value).ConfigureAwait(false);
            return await ServeAsync(builder, gantry, ensured.Value, token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException or FormatException)
        {
            return await FailAsync(e.Message).ConfigureAwait(false);
        }
    }

    private static async Task<int> ServeAsync(WebApplicationBuilder builder, GantryOptions gantry, HostIdentity identity, CancellationToken token)
    {
        if (!IPEndPoint.TryParse(gantry.Hosts.AgentListen, out var listen))
            return await FailAsync($"The agent cannot listen on '{gantry.Hosts.AgentListen}' (Gantry:Hosts:AgentListen): expected address:port such as 0.0.0.0:7444.").ConfigureAwait(false);
        builder.Services.AddJoinedHost(builder.Configuration, identity);
        builder.LogToConsole();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(listen, listener => listener.UseHostCertificates(kestrel.ApplicationServices.GetRequiredService<HostCertificates>()));
        });
        var app = builder.Build();
        await using (app.ConfigureAwait(false))
        {
            app.MapGet("/healthz", () => "ok\n");
            app.MapHostAgent();
            await app.RunAsync(token).ConfigureAwait(false);
        }

        return Environment.ExitCode;
    }

    private static Uri? Url(string? text) => text is null ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var url) ? url
        : throw new FormatException($"'{text}' is no address such as https://10.0.0.1:7443. Copy the whole command that gantry hosts token prints.");

    private static Task SayAsync(HostIdentity? known, HostIdentity now) => Console.Error.WriteLineAsync(known is null
        ? $"This machine joined as {now.Host}. From now on 'gantryd agent' needs neither --join nor --token."
        : $"This machine is the host {now.Host}.");

    private static async Task<int> FailAsync(string why)
    {
        await Console.Error.WriteLineAsync($"gantryd: {why}").ConfigureAwait(false);
        return 1;
    }
}
