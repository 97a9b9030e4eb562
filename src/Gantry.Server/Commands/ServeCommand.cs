using System.CommandLine;
using System.Net;
using Gantry.Api;
using Gantry.Api.Attach;
using Gantry.Server.Configuration;
using Gantry.Store.Backups;

namespace Gantry.Server.Commands;

/// <summary>Runs the platform until it is told to stop.</summary>
internal static class ServeCommand
{
    public static Command Create(Option<FileInfo?> config)
    {
        var command = new Command("serve", "Runs the platform with all its roles");
        command.SetAction((parse, token) => RunAsync(parse.GetValue(config), token));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo? config, CancellationToken token)
    {
        var builder = ConfigurationFile.NewBuilder();
        ConfigurationFile.Add(builder.Configuration, config);
        var options = GantrySection.Read(builder.Configuration);
        if (BackupFiles.RefuseUnfinished(options.DataDirectory) is { } unfinished)
        {
            await Console.Error.WriteLineAsync($"gantryd: {unfinished}").ConfigureAwait(false);
            return 1;
        }

        builder.Services.AddGantry(builder.Configuration);
        builder.LogToConsole();
        // What lives as long as a term must not be held by what outlives it.
        builder.Host.UseDefaultServiceProvider(o => o.ValidateScopes = true);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPEndPoint.Parse(options.Api.Listen), listener => listener.UseAttach());
        });
        var app = builder.Build();
        await using (app.ConfigureAwait(false))
        {
            app.MapGet("/healthz", () => "ok\n").ExcludeFromDescription();
            if (options.Has(Role.Api))
                app.MapApi();
            await app.RunAsync(token).ConfigureAwait(false);
        }

        return Environment.ExitCode;
    }
}
