using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Conformance.Records;

/// <summary>Contract of <see cref="IHostStore"/> where hosts come and go, and of <see cref="IAuthorityStore"/>.</summary>
public abstract class JoiningSuite : RecordSuite
{
    private static readonly JoinAttempt Attempt = new(Samples.JoinToken().Id, Samples.JoinToken().SecretHash, "key-1", Samples.Now.AddMinutes(1));

    private IHostStore Hosts => Port<IHostStore>();

    private IAuthorityStore Authorities => Port<IAuthorityStore>();

    [Fact]
    public async Task Host_ThatJoins_IsRecordedWholeAndSpendsTheToken()
    {
        await Hosts.AddTokenAsync(Samples.JoinToken(), Token);
        Assert.Equivalent(Samples.Host(), (await JoinAsync(Attempt)).Value, strict: true);
        await RestartAsync();
        Assert.Equivalent(Samples.Host(), await Hosts.FindAsync(Samples.Host().Id, Token), strict: true);

        var other = await JoinAsync(Attempt with { KeyDigest = "key-2" }, "host-2");

        Assert.Contains("was used by the host host-1", other.Refusal!.Message);
        Assert.Null(await Hosts.FindAsync(new HostId("host-2"), Token));
    }

    [Fact]
    public async Task Host_ThatAsksAgainWithItsKey_IsTheHostItWas()
    {
        await Hosts.AddTokenAsync(Samples.JoinToken(), Token);
        await JoinAsync(Attempt);
        await Hosts.UpdateAsync(Samples.Host().Id, h => h with { Zone = "b" }, Token);

        var again = await JoinAsync(Attempt, "host-2");

        Assert.Equivalent(Samples.Host() with { Zone = "b" }, again.Value, strict: true);
        Assert.Single(await Hosts.ListAsync(Token));
        Assert.Contains("was good until", (await JoinAsync(Attempt with { Now = Samples.Now.AddHours(2) })).Refusal!.Message);
        await Hosts.RemoveAsync(Samples.Host().Id, Samples.Now, false, Token);
        Assert.Equal(RefusalKind.Conflict, (await JoinAsync(Attempt)).Refusal!.Kind);
    }

    [Fact]
    public async Task Token_WrongUnknownOrExpired_IsRefusedAndRecordsNothing()
    {
        await Hosts.AddTokenAsync(Samples.JoinToken(), Token);

        var unknown = await JoinAsync(Attempt with { TokenId = "ffffffff" });
        var wrong = await JoinAsync(Attempt with { SecretHash = new string('6', 64) });
        var late = await JoinAsync(Attempt with { Now = Samples.JoinToken().ExpiresAt });

        Assert.Equal(JoinToken.Unknown, unknown.Refusal);
        Assert.Equal(JoinToken.Unknown, wrong.Refusal);
        Assert.Equal(("token", RefusalKind.Invalid), (late.Refusal!.Field, late.Refusal.Kind));
        Assert.Contains("was good until 2026-08-09 11:11:12 UTC", late.Refusal.Message);
        Assert.Empty(await Hosts.ListAsync(Token));
        Assert.True((await JoinAsync(Attempt)).IsSuccess);
    }

    [Fact]
    public async Task Host_RefusedAtTheDoor_LeavesTheTokenUnspent()
    {
        await Hosts.AddTokenAsync(Samples.JoinToken(), Token);
        var refused = await Hosts.JoinAsync(Attempt, _ => Refusal.Conflict("no"), Token);
        Assert.Equal("no", refused.Refusal!.Message);
        Assert.True((await JoinAsync(Attempt with { KeyDigest = "key-2" })).IsSuccess);
    }

    [Fact]
    public async Task Hosts_JoiningAtOnceWithOneToken_AreOne()
    {
        await Hosts.AddTokenAsync(Samples.JoinToken(), Token);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => JoinAsync(Attempt with { KeyDigest = $"key-{i}" }, $"host-{i}"))));

        var winner = Assert.Single(outcomes, o => o.IsSuccess).Value;
        Assert.Equal([winner.Id], (await Hosts.ListAsync(Token)).Select(h => h.Id));
        Assert.All(outcomes.Where(o => !o.IsSuccess), o => Assert.Contains($"was used by the host {winner.Id}", o.Refusal!.Message));
    }

    [Fact]
    public async Task Hosts_JoiningAtOnce_SeeEachOther()
    {
        for (var i = 0; i < 6; i++)
            await Hosts.AddTokenAsync(Samples.JoinToken($"token-{i}"), Token);

        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() => Hosts.JoinAsync(
            Attempt with { TokenId = $"token-{i}", KeyDigest = $"key-{i}" }, all => Samples.Host($"host-{all.Count}"), Token))));

        Assert.Equal(6, (await Hosts.ListAsync(Token)).Count);
    }

    [Fact]
    public async Task Host_Removed_IsGoneButNeverForgotten()
    {
        await Hosts.RegisterAsync(Samples.Host(), Token);

        var removed = await Hosts.RemoveAsync(Samples.Host().Id, Samples.Now.AddDays(1), false, Token);

        var gone = Samples.Host() with { RemovedAt = Samples.Now.AddDays(1) };
        Assert.Equivalent(gone, removed.Value, strict: true);
        Assert.Empty(await Hosts.ListAsync(Token));
        Assert.Null(await Hosts.UpdateAsync(gone.Id, h => h with { Zone = "b" }, Token));
        await Hosts.RegisterAsync(Samples.Host(), Token);
        Assert.Equivalent(gone, await Hosts.FindAsync(gone.Id, Token), strict: true);
        Assert.Equal(RefusalKind.NotFound, (await Hosts.RemoveAsync(gone.Id, Samples.Now, true, Token)).Refusal!.Kind);
        await Hosts.AddTokenAsync(Samples.JoinToken(), Token);
        await Hosts.JoinAsync(Attempt, all => Samples.Host($"host-after-{Assert.Single(all).Id}"), Token);
        Assert.Equal("host-after-host-1", Assert.Single(await Hosts.ListAsync(Token)).Id.Value);
    }

    /// <summary>Its process starts again with the cluster's own store: nobody has to let it in.</summary>
    [Fact]
    public async Task Host_OfAControlProcess_ComesBackWhenItRegisters()
    {
        var local = Samples.Host() with { Address = null };
        await Hosts.RegisterAsync(local, Token);
        await Hosts.RemoveAsync(local.Id, Samples.Now, false, Token);
        await Hosts.RegisterAsync(local, Token);
        Assert.Equivalent(local, Assert.Single(await Hosts.ListAsync(Token)), strict: true);
    }

    [Fact]
    public async Task Host_WithContainers_IsRemovedByForceOnly()
    {
        await Hosts.RegisterAsync(Samples.Host(), Token);
        await Containers.AddAsync([Samples.Container("c-1"), Samples.Container("c-2")], Token);

        var refused = await Hosts.RemoveAsync(Samples.Host().Id, Samples.Now, false, Token);

        Assert.Equal(RefusalKind.Conflict, refused.Refusal!.Kind);
        Assert.Contains("2 containers have their place on host-1", refused.Refusal.Message);
        Assert.True((await Hosts.RemoveAsync(Samples.Host().Id, Samples.Now, true, Token)).IsSuccess);
    }

    [Fact]
    public async Task Host_WhoseContainersStopped_IsRemoved()
    {
        await Hosts.RegisterAsync(Samples.Host(), Token);
        await Containers.AddAsync([Samples.Container("c-1")], Token);
        await Containers.UpdateAsync(new ContainerId("c-1"), c => c with { State = ContainerState.Stopped }, Token);
        Assert.True((await Hosts.RemoveAsync(Samples.Host().Id, Samples.Now, false, Token)).IsSuccess);
    }

    [Fact]
    public async Task Token_LongExpired_IsForgotten()
    {
        await Hosts.AddTokenAsync(Samples.JoinToken(), Token);
        await Hosts.AddTokenAsync(Samples.JoinToken("later") with { CreatedAt = Samples.Now.AddDays(9), ExpiresAt = Samples.Now.AddDays(10) }, Token);
        Assert.Equal(JoinToken.Unknown, (await JoinAsync(Attempt)).Refusal);
        Assert.True((await JoinAsync(Attempt with { TokenId = "later" })).IsSuccess);
    }

    [Fact]
    public async Task Authority_MadeByTwoProcesses_IsOne()
    {
        Assert.Null(await Authorities.FindAsync("hosts", Token));

        var kept = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(
            () => Authorities.AddAsync(Samples.Authority() with { PrivateKey = $"key {i}" }, Token))));

        Assert.Single(kept.Distinct());
        await RestartAsync();
        Assert.Equal(kept[0], await Authorities.FindAsync("hosts", Token));
        Assert.Null(await Authorities.FindAsync("others", Token));
    }

    private Task<Outcome<Host>> JoinAsync(JoinAttempt attempt, string host = "host-1") => Hosts.JoinAsync(attempt, _ => Samples.Host(host), Token);
}
