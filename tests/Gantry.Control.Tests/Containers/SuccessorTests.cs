using Gantry.Control.Formation;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Control.Tests.Containers;

/// <summary>What ends by itself leaves its slot to what follows it in the same write: nobody fills the slot a second time in between.</summary>
public sealed class SuccessorTests : IAsyncDisposable
{
    private readonly ControlHost _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Container_ThatCrashed_IsSucceededEvenWhenNothingMoreCanBeWritten()
    {
        var app = await _host.AddAppAsync();
        var crashed = await _host.StepAsync((await _host.AddContainerAsync(app)).Id);
        _host.Runtime.Exit(crashed.Id, 1);
        var writes = 0;
        _host.Records.Broken = m => m.Name is "UpdateAsync" or "UpdateRouteAsync" or "AddAsync" or "ReplaceAsync" && ++writes > 1;

        await Record.ExceptionAsync(() => _host.StepAsync(crashed.Id));
        _host.Records.Broken = _ => false;
        await _host.Get<AppReconciler>().ReconcileAsync(app.Id, ControlHost.Token);

        var next = await _host.OnlyLiveAsync(app);
        Assert.NotEqual(crashed.Id, next.Id);
        Assert.Equal((1, crashed.Host), (next.Crashes, next.Host));
    }

    [Fact]
    public async Task Container_StoppedByItsUserWhileItCrashed_IsNotSucceeded_AndNobodyIsAlarmed()
    {
        var app = await _host.AddAppAsync();
        var crashed = await _host.StepAsync((await _host.AddContainerAsync(app)).Id);
        _host.Runtime.Exit(crashed.Id, 1);
        _host.Records.Broken = m =>
        {
            if (m.Name == nameof(IContainerStore.ReplaceAsync))
                _host.Raw("UPDATE containers SET wanted = 0");
            return false;
        };

        await _host.StepAsync(crashed.Id);

        Assert.Empty(await _host.Containers.ListLiveAsync(app.Id, ControlHost.Token));
        Assert.Empty((await _host.Get<IEventStore>().ListByAppAsync(app.Id, null, 1, 10, ControlHost.Token)).Page);
    }

    [Fact]
    public async Task Container_ThatEndsWhileARestartReplacesIt_LeavesTheSlotToWhatIsThereAlready()
    {
        var app = await _host.AddAppAsync();
        var old = await _host.StepAsync((await _host.AddContainerAsync(app)).Id);
        _host.Time.Advance(TimeSpan.FromSeconds(1));
        var newer = new Container
        {
            Id = new ContainerId("restarted"), AppId = app.Id, DeploymentId = old.DeploymentId, ImageId = old.ImageId,
            Type = old.Type, Index = old.Index, Size = old.Size, Command = old.Command, CreatedAt = _host.Time.GetUtcNow(),
        };
        await _host.Containers.AddAsync([newer], ControlHost.Token);
        _host.Runtime.Exit(old.Id, 1);

        await _host.StepAsync(old.Id);

        Assert.Equal(newer.Id, (await _host.OnlyLiveAsync(app)).Id);
    }
}
