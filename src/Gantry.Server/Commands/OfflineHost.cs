using Gantry.Agent.Runtime;
using Gantry.Server.Configuration;
using Gantry.Store.Backups;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;

namespace Gantry.Server.Commands;

/// <summary>
/// The rooms without their loops, for commands that work on the records while the daemon may or may not run.
/// </summary>
internal static class OfflineHost
{
    public static Task<int> RunAsync(FileInfo? config, Func<IServiceProvider, Task<int>> work, CancellationToken token) =>
        RunAsync(config, (services, configuration) => services.AddGantry(configuration), work, token);

    /// <param name="compose">Puts together what the command needs, when that is not the whole platform.</param>
    /// <param name="openRecords">False for a command that meets records in whatever state, and brings nothing up to date.</param>
    public static async Task<int> RunAsync(
        FileInfo? config, Action<IServiceCollection, IConfiguration> compose, Func<IServiceProvider, Task<int>> work, CancellationToken token,
        bool openRecords = true)
    {
        try
        {
            var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
            ConfigurationFile.Add(builder.Configuration, config);
            compose(builder.Services, builder.Configuration);
            using var host = builder.Build();
            if (openRecords && BackupFiles.RefuseUnfinished(GantrySection.Read(builder.Configuration).DataDirectory) is { } unfinished)
                throw new InvalidDataException(unfinished);
            // Of all hosted services only the one of the records: it brings the database up to date.
            foreach (var service in host.Services.GetServices<IHostedService>().OfType<IHostedLifecycleService>().Where(s => openRecords && IsOfRecords(s)))
                await service.StartingAsync(token).ConfigureAwait(false);
            return await work(host.Services).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException or StoreException or RuntimeException or OptionsValidationException)
        {
            await Console.Error.WriteLineAsync($"gantryd: {e.Message}").ConfigureAwait(false);
            return 1;
        }
    }

    private static bool IsOfRecords(IHostedLifecycleService service) => service.GetType().Assembly == typeof(IAppStore).Assembly;
}
