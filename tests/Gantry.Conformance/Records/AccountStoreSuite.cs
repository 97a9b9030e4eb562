using Gantry.Domain;
using Xunit;

namespace Gantry.Conformance.Records;

/// <summary>Contract of <see cref="Store.Records.IAccountStore"/>.</summary>
public abstract class AccountStoreSuite : RecordSuite
{
    private static readonly UserId _alice = new("us-alice");
    private static readonly UserId _bob = new("us-bob");

    [Fact]
    public async Task User_Stored_ComesBackWhole()
    {
        Assert.Equal(Samples.User(), await Accounts.FindUserAsync(_alice, Token));
        Assert.Equal("hash-of-alice", await Accounts.FindPasswordHashAsync(_alice, Token));
        Assert.Null(await Accounts.FindPasswordHashAsync(_bob, Token));
        Assert.Null(await Accounts.FindUserAsync(new UserId("us-nobody"), Token));
    }

    [Theory]
    [InlineData("alice")]
    [InlineData("ALICE")]
    [InlineData("Alice@Example.org")]
    public async Task User_LookedUpByNameOrMail_IsFoundInAnyCase(string login) =>
        Assert.Equal(_alice, (await Accounts.FindUserByLoginAsync(login, Token))?.Id);

    [Fact]
    public async Task User_LookedUpByUnknownLogin_IsNotFound() =>
        Assert.Null(await Accounts.FindUserByLoginAsync("mallory", Token));

    [Theory]
    [InlineData("Alice", "new@example.org", "username")]
    [InlineData("carol", "ALICE@example.org", "email")]
    [InlineData("alice@example.org", "new@example.org", "username")]
    public async Task User_WithTakenLogin_IsRefusedByField(string username, string email, string field)
    {
        var user = Samples.User("carol") with { Username = username, Email = email };
        Assert.Equal(field, (await Accounts.AddUserAsync(user, null, Token)).Refusal?.Field);
        Assert.Null(await Accounts.FindUserAsync(user.Id, Token));
    }

    [Fact]
    public async Task Password_SetAgain_IsReplaced()
    {
        await Accounts.SetPasswordHashAsync(_bob, "new", Token);
        Assert.Equal("new", await Accounts.FindPasswordHashAsync(_bob, Token));
        Assert.Equal("hash-of-alice", await Accounts.FindPasswordHashAsync(_alice, Token));
    }

    [Fact]
    public async Task Users_Listed_AreComplete() =>
        Assert.Equal(["alice", "bob"], (await Accounts.ListUsersAsync(Token)).Select(u => u.Username).Order());

    [Fact]
    public async Task Token_Stored_IsFoundByHashAndOwner()
    {
        await Accounts.AddTokenAsync(Samples.ApiToken(), Token);
        Assert.Equal(Samples.ApiToken(), await Accounts.FindTokenByHashAsync("hash-1", Token));
        Assert.Equal([Samples.ApiToken()], await Accounts.ListTokensAsync(_alice, Token));
        Assert.Empty(await Accounts.ListTokensAsync(_bob, Token));
        Assert.Null(await Accounts.FindTokenByHashAsync("hash-2", Token));
    }

    [Fact]
    public async Task Token_Touched_RemembersWhen()
    {
        await Accounts.AddTokenAsync(Samples.ApiToken(), Token);
        await Accounts.TouchTokenAsync(new TokenId("tk-us-1"), Samples.Now.AddDays(3), Token);
        Assert.Equal(Samples.Now.AddDays(3), (await Accounts.FindTokenByHashAsync("hash-1", Token))?.LastUsedAt);
    }

    [Fact]
    public async Task Token_DeletedByAnotherUser_Stays()
    {
        await Accounts.AddTokenAsync(Samples.ApiToken(), Token);
        Assert.False(await Accounts.DeleteTokenAsync(_bob, new TokenId("tk-us-1"), Token));
        Assert.True(await Accounts.DeleteTokenAsync(_alice, new TokenId("tk-us-1"), Token));
        Assert.Null(await Accounts.FindTokenByHashAsync("hash-1", Token));
    }

    [Fact]
    public async Task Key_Stored_IsFoundByFingerprintAndOwner()
    {
        Assert.True((await Accounts.AddKeyAsync(Samples.SshKey(), Token)).IsSuccess);
        Assert.Equal(Samples.SshKey(), await Accounts.FindKeyByFingerprintAsync("SHA256:one", Token));
        Assert.Equal([Samples.SshKey()], await Accounts.ListKeysAsync(_alice, Token));
        Assert.Null(await Accounts.FindKeyByFingerprintAsync("SHA256:two", Token));
    }

    [Fact]
    public async Task Key_RegisteredTwice_IsRefusedWhoeverOwnsIt()
    {
        await Accounts.AddKeyAsync(Samples.SshKey(), Token);
        Assert.NotNull((await Accounts.AddKeyAsync(Samples.SshKey("k-2", "us-bob"), Token)).Refusal);
        Assert.Equal(_alice, (await Accounts.FindKeyByFingerprintAsync("SHA256:one", Token))?.UserId);
    }

    [Fact]
    public async Task Key_DeletedByAnotherUser_Stays()
    {
        await Accounts.AddKeyAsync(Samples.SshKey(), Token);
        Assert.False(await Accounts.DeleteKeyAsync(_bob, new KeyId("k-1"), Token));
        Assert.True(await Accounts.DeleteKeyAsync(_alice, new KeyId("k-1"), Token));
        Assert.Empty(await Accounts.ListKeysAsync(_alice, Token));
    }
}
