using Gantry.Agent.Runtime;
using Gantry.Control.Containers;
using Gantry.Control.Routes;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Xunit;

namespace Gantry.Control.Tests.Routes;

/// <summary>While a container takes a slot over, both run for a moment.</summary>
public sealed class SlotTests : IAsyncDisposable
{
    private readonly ControlHost _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Slot_WithTwoReadyContainers_IsClaimedByTheNewerAlone()
    {
        var app = await _host.AddAppAsync(webs: 2);
        var made = new List<Container>();
        foreach (var (id, index, address) in new[] { ("ct-new", 1, "10.0.0.1"), ("ct-old", 1, "10.0.0.2"), ("ct-two", 2, "10.0.0.3") })
        {
            var now = _host.Time.GetUtcNow();
            made.Add(new Container
            {
                Id = new ContainerId(id), AppId = app.Id, DeploymentId = app.CurrentDeploymentId!.Value, ImageId = app.CurrentImageId!.Value,
                Type = "web", Index = index, Size = "M", Command = "serve", CreatedAt = id == "ct-new" ? now : now.AddSeconds(-10),
                State = ContainerState.Running, StartedAt = now, ReadyAt = now, Address = address, Port = 5000,
            });
            _host.Get<RuntimeObserver>().Report(new ContainerStatus(new ContainerId(id), RuntimeState.Running, address, now, null, null, false, null));
        }

        await _host.Containers.AddAsync(made, ControlHost.Token);
        await _host.Get<RoutePublisher>().PublishAsync(ControlHost.Token);

        Assert.Equal(["ct-new", "ct-two"], _host.Get<LastRoutes>().Table.Hosts.Values.Single().Targets.Select(t => t.ContainerId.Value));
    }
}
