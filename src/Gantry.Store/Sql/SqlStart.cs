using Microsoft.Extensions.Hosting;

namespace Gantry.Store.Sql;

/// <summary>Opens the store when the program starts, so that a lost key or a newer schema stops it there and then.</summary>
internal sealed class SqlStart(SqlDatabase database) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken token) => database.PrepareAsync(token);

    public Task StartAsync(CancellationToken token) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken token) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken token) => Task.CompletedTask;

    public Task StopAsync(CancellationToken token) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken token) => Task.CompletedTask;
}
