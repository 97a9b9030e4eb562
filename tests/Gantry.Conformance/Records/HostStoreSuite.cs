using Gantry.Domain;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Conformance.Records;

/// <summary>Contract of <see cref="IHostStore"/>.</summary>
public abstract class HostStoreSuite : RecordSuite
{
    private IHostStore Hosts => Port<IHostStore>();

    [Fact]
    public async Task Host_Registered_ComesBackWhole()
    {
        await Hosts.RegisterAsync(Samples.Host("host-2"), Token);
        await Hosts.RegisterAsync(Samples.Host("host-1"), Token);
        await RestartAsync();
        Assert.Equivalent(Samples.Host("host-1"), await Hosts.FindAsync(new HostId("host-1"), Token), strict: true);
        Assert.Equal(["host-1", "host-2"], (await Hosts.ListAsync(Token)).Select(h => h.Id.Value));
        Assert.Null(await Hosts.FindAsync(new HostId("host-3"), Token));
    }

    [Fact]
    public async Task Host_RegisteredAgain_KeepsWhatOperatorsSetAndTakesWhatItHas()
    {
        await Hosts.RegisterAsync(Samples.Host(), Token);
        var grown = new Dictionary<string, long> { ["cpu"] = 4000 };
        await Hosts.RegisterAsync(new Host { Id = Samples.Host().Id, Name = "renamed", Capacity = grown, RegisteredAt = Samples.Now.AddDays(1) }, Token);
        Assert.Equivalent(Samples.Host() with { Name = "renamed", Capacity = grown }, await Hosts.FindAsync(Samples.Host().Id, Token), strict: true);
    }

    [Fact]
    public async Task Host_Updated_ChangesWhatMayChange()
    {
        await Hosts.RegisterAsync(Samples.Host(), Token);
        var wanted = Samples.Host() with { Class = "big", Zone = "b", Labels = new Dictionary<string, string>(), Cordoned = false, Drain = null };
        Assert.Equivalent(wanted, await Hosts.UpdateAsync(wanted.Id, _ => wanted, Token), strict: true);
        Assert.Equivalent(wanted, await Hosts.FindAsync(wanted.Id, Token), strict: true);
        Assert.Null(await Hosts.UpdateAsync(new HostId("host-3"), h => h, Token));
    }
}
