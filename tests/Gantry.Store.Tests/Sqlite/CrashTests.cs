using Gantry.Conformance;
using Gantry.Conformance.Records;
using Gantry.Store.Records;
using Gantry.Store.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Store.Tests.Sqlite;

public sealed class CrashTests : SqliteTest
{
    [Fact]
    public async Task Records_AcknowledgedBeforeAKill_AreThere()
    {
        await RestartAsync();
        using var writer = new CrashWriter("records", Folder);
        var acknowledged = new HashSet<string>(await writer.ReadAsync(500, Token));
        acknowledged.UnionWith(await writer.KillAsync(Token));

        var found = (await Events.ListByAppAsync(Samples.App().Id, null, 1, int.MaxValue, Token)).Page.Select(e => e.Id.Value).ToHashSet();

        Assert.True(acknowledged.Count >= 500);
        Assert.Subset(found, acknowledged);
        Assert.Equal("ok", Raw("PRAGMA integrity_check"));
    }

    [Fact]
    public async Task Records_OnAFullDisk_AreRefusedWithASentenceUntilThereIsRoom()
    {
        using var disk = new SmallDisk(2048);
        var filler = Path.Combine(disk.Path, "filler");
        await File.WriteAllBytesAsync(filler, new byte[1024 * 1024], Token);
        await using var services = new ServiceCollection()
            .AddSqliteStore(o => o.DatabasePath = Path.Combine(disk.Path, "gantry.db")).BuildServiceProvider();
        var deployments = services.GetRequiredService<IDeploymentStore>();
        await services.GetRequiredService<IAccountStore>().AddUserAsync(Samples.User(), null, Token);
        await services.GetRequiredService<IAppStore>().AddAsync(Samples.App(), Token);
        await deployments.AddAsync(Samples.Deployment(), Token);

        var written = await FillAsync(deployments);
        File.Delete(filler);
        var start = await deployments.AppendOutputAsync(Samples.Deployment().Id, "after", Token);

        Assert.Equal(written, start);
        Assert.Equal(written + 5, (await deployments.ReadOutputAsync(Samples.Deployment().Id, 0, Token))!.Length);
    }

    private static async Task<long> FillAsync(IDeploymentStore deployments)
    {
        var text = new string('x', 10_000);
        for (var written = 0L; written < 10_000_000; written += text.Length)
        {
            try
            {
                await deployments.AppendOutputAsync(Samples.Deployment().Id, text, Token);
            }
            catch (StoreException e)
            {
                Assert.True(e.IsTransient);
                Assert.Contains("is full", e.Message);
                return written;
            }
        }

        throw new InvalidOperationException("The disk of 2 MiB took 10 MB: something was acknowledged that is not there.");
    }
}
