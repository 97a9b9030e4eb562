using Gantry.Agent.Runtime;
using Gantry.Agent.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Agent.Tests.Runtime;

/// <summary>The disk of a host is full: what runs runs on, what ends is told, and what cannot start can be tried again.</summary>
public sealed class FullDiskTests : IAsyncLifetime
{
    private readonly Host _host = new();

    private static CancellationToken Token => TestHost.Token;

    private string Containers => Path.Combine(_host.Data, "containers");

    public async ValueTask InitializeAsync()
    {
        await _host.InitializeAsync();
        Directory.CreateDirectory(Containers);
        await Shell.RunAsync($"mount -t tmpfs -o size=512k gantry-test {Containers}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var status in await _host.Runtime.ListAsync(Token))
            await _host.Runtime.RemoveAsync(status.Id, Token);
        await Shell.RunAsync($"umount -l {Containers}");
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Container_ThatEndsOnAFullDisk_IsToldAndTakesNobodyAlong()
    {
        var (ends, stays) = (_host.Spec("sleep 1000"), _host.Spec("sleep 1000"));
        await _host.Runtime.StartAsync(ends, Token);
        await _host.Runtime.StartAsync(stays, Token);
        var supervisor = await SupervisorAsync();

        await FillAsync();
        await _host.Runtime.SignalAsync(ends.Id, 9, Token);

        Assert.Equal(137, (await _host.Runtime.WaitAsync(ends.Id, Token)).ExitCode);
        Assert.Equal(RuntimeState.Running, Assert.Single(await _host.Runtime.ListAsync(Token), s => s.Id == stays.Id).State);
        Assert.Equal(supervisor, await SupervisorAsync());
        File.Delete(Path.Combine(Containers, "full"));
        await Until.TrueAsync(() => File.Exists(Path.Combine(Containers, ends.Id.Value, "exit.json")), "Its end was never written down.");
    }

    [Fact]
    public async Task Container_ThatCannotStartOnAFullDisk_StartsWhenThereIsRoom()
    {
        var spec = _host.Spec("sleep 1000");
        await _host.Runtime.ListAsync(Token);

        await FillAsync();
        await Assert.ThrowsAsync<RuntimeException>(() => _host.Runtime.StartAsync(spec, Token));
        await Assert.ThrowsAsync<RuntimeException>(() => _host.Runtime.StartAsync(spec, Token));
        File.Delete(Path.Combine(Containers, "full"));

        Assert.Equal(RuntimeState.Running, (await _host.Runtime.StartAsync(spec, Token)).State);
    }

    private Task FillAsync() => Shell.RunAsync($"cat /dev/zero > {Containers}/full 2>/dev/null || true");

    private async Task<int> SupervisorAsync() => (await _host.Services.GetRequiredService<IHostFacts>().GetAsync(Token)).SupervisorPid;

    private sealed class Host() : TestHost("d", plainIds: false);
}
