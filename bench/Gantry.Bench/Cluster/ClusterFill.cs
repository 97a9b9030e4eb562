using Gantry.Domain;
using Gantry.Domain.Accounts;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Deployments;
using Gantry.Domain.Hosts;
using Gantry.Domain.Images;
using Gantry.Store.Records;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Bench.Cluster;

/// <summary>
/// Writes down apps that were deployed and run, as if their builds and starts had been. <see cref="SimulatedHosts"/> say then that they run what the
/// records say.
/// </summary>
internal static class ClusterFill
{
    /// <param name="amount">Containers of each app.</param>
    public static async Task RunAsync(string connection, string keyPath, string owner, int from, int apps, int amount)
    {
        await using var services = ClusterStore.Open(connection, keyPath);
        var (accounts, records, deployments) = (services.GetRequiredService<IAccountStore>(), services.GetRequiredService<IAppStore>(), services.GetRequiredService<IDeploymentStore>());
        var user = await accounts.FindUserByLoginAsync(owner, default) ?? throw new InvalidOperationException($"There is no user {owner}.");
        var stack = (await deployments.ListStacksAsync(default)) is [var first, ..] ? first : await AddStackAsync(deployments);
        var containers = services.GetRequiredService<IContainerStore>();
        var hosts = (await services.GetRequiredService<IHostStore>().ListAsync(default)).Where(h => h.Subnet is not null && h.Address is not null).ToList();
        await Parallel.ForEachAsync(Enumerable.Range(from, apps), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (number, token) =>
        {
            await AddAsync(records, deployments, user, stack, number, amount, token);
            if (amount > 0)
                await containers.AddAsync([.. Enumerable.Range(0, amount).Select(i => Running(number, i, number * amount + i, hosts))], token);
        });
    }

    /// <summary>One after the other on all hosts, so that an app has no two on one.</summary>
    private static Container Running(int app, int index, int place, IReadOnlyList<Host> hosts)
    {
        var (host, now) = (hosts[place % hosts.Count], DateTimeOffset.UtcNow);
        return new Container
        {
            Id = new ContainerId($"ct-sim-{app:D6}-{index:D6}"), AppId = new AppId($"ap-sim-{app}"), DeploymentId = new DeploymentId($"de-sim-{app}"),
            ImageId = new ImageId($"im-sim-{app}"), Type = "web", Index = index + 1, Size = "S", Command = "serve", State = ContainerState.Running,
            Host = host.Id, PlacedAt = now, Placement = $"{host.Id}: the least loaded of 1000", Address = SimulatedHost.AddressIn(host.Subnet!, 2 + place / hosts.Count),
            Port = 5000, CreatedAt = now, StartedAt = now, ReadyAt = now,
        };
    }

    private static async Task<Stack> AddStackAsync(IDeploymentStore deployments)
    {
        var digest = new Digest("sha256:" + new string('a', 64));
        var stack = new Stack(new StackId("st-bench"), "bench", "", "bench", true, digest, digest, DateTimeOffset.UtcNow, null);
        await deployments.PutStackAsync(stack, default);
        return stack;
    }

    private static async Task AddAsync(IAppStore records, IDeploymentStore deployments, User user, Stack stack, int number, int amount, CancellationToken token)
    {
        var (id, now) = (new AppId($"ap-sim-{number}"), DateTimeOffset.UtcNow);
        var (deployment, image) = (new DeploymentId($"de-sim-{number}"), new ImageId($"im-sim-{number}"));
        var layer = new Digest($"sha256:{number:x64}");
        var app = new App
        {
            Id = id, Name = AppName.Parse($"bench-{number:D6}").Value, OwnerId = user.Id, StackId = stack.Id, CreatedAt = now, UpdatedAt = now,
        };
        await records.AddAsync(app, token);
        await deployments.AddImageAsync(
            new Image(image, id, stack.RunDigest, layer, 1 << 20, new Dictionary<string, string> { ["web"] = "serve" }, new Dictionary<string, string>(), "v1", now), token);
        await deployments.AddAsync(
            new Deployment
            {
                Id = deployment, AppId = id, PusherId = user.Id, PusherName = user.Username, Source = new DeploymentSource(SourceKind.Image, image.Value),
                Status = DeploymentStatus.Success, ImageId = image, CreatedAt = now, StartedAt = now, FinishedAt = now,
            },
            token);
        await records.SetFormationAsync(id, [new ProcessFormation("web", amount, "S", "serve")], token);
        await records.UpdateAsync(id, a => a with { Status = amount > 0 ? AppStatus.Running : AppStatus.Stopped, CurrentDeploymentId = deployment, CurrentImageId = image, LastDeployedAt = now }, token);
    }
}
