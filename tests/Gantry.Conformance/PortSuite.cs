using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Gantry.Conformance;

/// <summary>
/// What every adapter of a port must do. An adapter's test project derives one class from each suite of the port
/// and registers its adapter; each test gets a fresh one.
/// </summary>
public abstract class PortSuite : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private ServiceProvider? _services;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected string Folder => _directory.Path;

    /// <summary>Registers the adapter with an empty place of its own.</summary>
    protected abstract void AddAdapter(IServiceCollection services);

    protected T Port<T>() where T : notnull => (_services ??= Build()).GetRequiredService<T>();

    /// <summary>Ends the adapter; the next <see cref="Port{T}"/> starts a new one on what the old one left.</summary>
    protected async Task RestartAsync()
    {
        if (_services is { } services)
            await services.DisposeAsync();
        _services = null;
    }

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await RestartAsync();
        await DisposeEngineAsync();
        _directory.Dispose();
    }

    /// <summary>Ends what a test started below its adapter.</summary>
    protected virtual ValueTask DisposeEngineAsync() => ValueTask.CompletedTask;

    private ServiceProvider Build()
    {
        var services = new ServiceCollection();
        AddAdapter(services);
        return services.BuildServiceProvider();
    }
}
