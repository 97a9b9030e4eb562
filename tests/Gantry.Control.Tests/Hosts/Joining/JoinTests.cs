using Gantry.Agent.Joining;
using Gantry.Domain;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gantry.Control.Tests.Hosts.Joining;

/// <summary>The machine's side and Control's, over TLS.</summary>
public sealed class JoinTests : IAsyncLifetime
{
    private JoiningCluster _cluster = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _cluster = await JoiningCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Machine_WithAToken_BecomesAHostAndRemembersIt()
    {
        var token = await _cluster.TokenAsync();

        var identity = (await _cluster.Machine("box-1").EnsureAsync(_cluster.Url, token, Token)).Value;

        var host = await _cluster.FindAsync("box-1");
        Assert.Equal(("127.0.0.1:7444", "10.192.0.0/20"), (host.Address, host.Subnet));
        Assert.Equal(("box-1", "10.192.0.0/20", "10.192.0.0/10"), (identity.Host, identity.Subnet, identity.ContainerNetwork));
        Assert.True(host.Capacity["memory"] > 1 << 20 && host.Capacity["cpu"] >= 1000);
        Assert.Equal(identity, (await _cluster.Machine("box-1").EnsureAsync(null, null, Token)).Value);
        Assert.Equal(identity, (await _cluster.Machine("box-1").EnsureAsync(_cluster.Url, token, Token)).Value);
        var folder = Path.Combine(_cluster.Folder("box-1"), "host");
        Assert.Equal((UnixFileMode)0x1C0, File.GetUnixFileMode(folder));
        Assert.Equal([("identity.json", (UnixFileMode)0x180)], Directory.GetFiles(folder).Select(f => (Path.GetFileName(f), File.GetUnixFileMode(f))));
    }

    [Fact]
    public async Task Machine_ThatNeverJoined_IsToldHow()
    {
        Assert.Contains("gantry hosts token", (await _cluster.Machine("box-1").EnsureAsync(null, null, Token)).Refusal!.Message);
        Assert.Contains("gjt1-", (await _cluster.Machine("box-1").EnsureAsync(_cluster.Url, "abc", Token)).Refusal!.Message);
        Assert.Contains("https://", (await _cluster.Machine("box-1").EnsureAsync(new Uri("http://127.0.0.1:1"), "abc", Token)).Refusal!.Message);
    }

    [Fact]
    public async Task Token_UsedBefore_LetsNobodyElseIn()
    {
        var token = await _cluster.TokenAsync();
        await _cluster.Machine("box-1").EnsureAsync(_cluster.Url, token, Token);

        var second = await _cluster.Machine("box-2").EnsureAsync(_cluster.Url, token, Token);

        Assert.Contains("was used by the host box-1", second.Refusal!.Message);
        Assert.Single(await _cluster.Hosts.ListAsync(Token));
        Assert.True((await _cluster.Machine("box-2").EnsureAsync(_cluster.Url, await _cluster.TokenAsync(), Token)).IsSuccess);
        Assert.Equal("10.192.16.0/20", (await _cluster.FindAsync("box-2")).Subnet);
    }

    [Fact]
    public async Task Token_AfterAnHour_IsWorthNothing()
    {
        var token = await _cluster.TokenAsync();
        _cluster.Time.Advance(TimeSpan.FromMinutes(60));
        Assert.Contains("was good until 2026-08-09 11:11:12 UTC", (await _cluster.Machine("box-1").EnsureAsync(_cluster.Url, token, Token)).Refusal!.Message);
        Assert.Empty(await _cluster.Hosts.ListAsync(Token));
    }

    [Fact]
    public async Task Machines_AtOnceWithOneToken_AreOneHost()
    {
        var token = await _cluster.TokenAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(1, 6).Select(i => Task.Run(() => _cluster.Machine($"box-{i}").EnsureAsync(_cluster.Url, token, Token))));

        var joined = Assert.Single(outcomes, o => o.IsSuccess).Value;
        Assert.Equal(joined.Host, Assert.Single(await _cluster.Hosts.ListAsync(Token)).Id.Value);
    }

    [Fact]
    public async Task Machines_AtOnceWithTokensOfTheirOwn_GetSubnetsOfTheirOwn()
    {
        await Task.WhenAll(Enumerable.Range(1, 6).Select(i => Task.Run(() => _cluster.JoinAsync($"box-{i}"))));
        Assert.Equal(6, (await _cluster.Hosts.ListAsync(Token)).Select(h => h.Subnet).Distinct().Count());
    }

    [Fact]
    public async Task Name_OfAHostThatIsThere_IsRefusedAndOfARemovedOneGetsANumber()
    {
        await _cluster.JoinAsync("box-1");
        var twin = new HostMembership(new MembershipOptions { DataDirectory = _cluster.Folder("twin"), Name = "box-1" }, _cluster.Time);

        var refused = await twin.EnsureAsync(_cluster.Url, await _cluster.TokenAsync(), Token);
        await _cluster.Hosts.RemoveAsync(new HostId("box-1"), _cluster.Time.GetUtcNow(), false, Token);
        var joined = await twin.EnsureAsync(_cluster.Url, await _cluster.TokenAsync(), Token);

        Assert.Contains("gantry hosts remove box-1", refused.Refusal!.Message);
        Assert.Equal(("box-1-2", "10.192.16.0/20"), (joined.Value.Host, joined.Value.Subnet));
        Assert.Equal("box-1", (await _cluster.FindAsync("box-1-2")).Name);
    }

    [Fact]
    public async Task Clock_ThatIsWrong_IsSaidInWords()
    {
        var late = new FakeTimeProvider(_cluster.Time.GetUtcNow().AddMinutes(40));
        var far = new FakeTimeProvider(_cluster.Time.GetUtcNow().AddYears(-5));

        var told = await new HostMembership(Options("late"), late).EnsureAsync(_cluster.Url, await _cluster.TokenAsync(), Token);
        var seen = await new HostMembership(Options("far"), far).EnsureAsync(_cluster.Url, await _cluster.TokenAsync(), Token);

        Assert.Contains("The clock of this machine says 2026-08-09 10:51:12 UTC and Control's 2026-08-09 10:11:12", told.Refusal!.Message);
        Assert.Contains("the clock here says 2021-08-09", seen.Refusal!.Message);
        Assert.Empty(await _cluster.Hosts.ListAsync(Token));
    }

    [Fact]
    public async Task Identity_Damaged_IsRefusedWithWhatToDo()
    {
        await _cluster.JoinAsync("box-1");
        var file = Path.Combine(_cluster.Folder("box-1"), "host", "identity.json");
        File.SetUnixFileMode(file, (UnixFileMode)0x1A4);
        Assert.Contains("chmod 600", (await Assert.ThrowsAsync<InvalidDataException>(EnsureAsync)).Message);
        File.SetUnixFileMode(file, (UnixFileMode)0x180);
        await File.WriteAllTextAsync(file, "{", Token);
        Assert.Contains("join again", (await Assert.ThrowsAsync<InvalidDataException>(EnsureAsync)).Message);

        Task EnsureAsync() => _cluster.Machine("box-1").EnsureAsync(null, null, Token);
    }

    [Fact]
    public async Task Machine_WithAHalfWrittenIdentity_JoinsAllTheSame()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_cluster.Folder("box-1"), "host")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "identity.json.new"), "{\"Host\":", Token);
        await File.WriteAllTextAsync(Path.Combine(folder, "joining.key.new"), "-----BEG", Token);
        Assert.Equal("box-1", (await _cluster.JoinAsync("box-1")).Host);
    }

    private MembershipOptions Options(string name) => new() { DataDirectory = _cluster.Folder(name), Name = name };
}
