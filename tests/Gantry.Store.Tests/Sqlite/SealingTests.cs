using System.Text;
using Gantry.Conformance.Records;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Store.Records;

namespace Gantry.Store.Tests.Sqlite;

public sealed class SealingTests : SqliteTest
{
    private const string Secret = "correct-horse-battery-staple";
    private static readonly AppId _app = Samples.App().Id;

    [Fact]
    public async Task Variables_OnDisk_AreNotReadable()
    {
        await SetAsync("PASSWORD", Secret);
        await Containers.AddAsync([Samples.Container() with { ExtraEnvironment = new Dictionary<string, string> { ["TOKEN"] = Secret } }], Token);

        Assert.True(AppearsOnDisk("my-app-1"), "The search must find what is stored in clear.");
        Assert.False(AppearsOnDisk(Secret));
        await RestartAsync();
        Assert.False(AppearsOnDisk(Secret));
    }

    [Fact]
    public async Task Variable_SealedTwice_LooksDifferent()
    {
        await SetAsync("A", Secret);
        var first = (byte[])Raw("SELECT sealed FROM variables")!;
        await SetAsync("A", Secret);
        Assert.NotEqual(first, (byte[])Raw("SELECT sealed FROM variables")!);
    }

    [Theory]
    [InlineData(1)] // format
    [InlineData(2)] // key id
    [InlineData(3)] // nonce
    [InlineData(16)] // tag
    [InlineData(40)] // ciphertext
    public async Task Variable_ChangedOnDisk_IsRefused(int position)
    {
        await SetAsync("PASSWORD", Secret);
        var box = (byte[])Raw("SELECT sealed FROM variables")!;
        box[position - 1] ^= 1;
        Raw($"UPDATE variables SET sealed = x'{Convert.ToHexString(box)}'");
        var refused = await Assert.ThrowsAsync<StoreException>(() => Apps.GetVariablesAsync(_app, Token));
        Assert.Contains("PASSWORD", refused.Message);
    }

    [Fact]
    public async Task Variable_ChangedOnDisk_IsListedByNameAndCanBeSetAgain()
    {
        await SetAsync("PASSWORD", Secret);
        Raw("UPDATE variables SET sealed = x'0101'");

        Assert.Equal(["PASSWORD"], await Apps.ListVariableNamesAsync(_app, Token));
        await SetAsync("PASSWORD", "new");

        Assert.Equal("new", Assert.Single(await Apps.GetVariablesAsync(_app, Token)).Value);
    }

    [Theory]
    [InlineData("UPDATE variables SET sealed = (SELECT sealed FROM variables WHERE name = 'OTHER') WHERE name = 'PASSWORD'")]
    [InlineData("UPDATE variables SET sealed = x'0101' WHERE name = 'PASSWORD'")]
    public async Task Variable_WithABoxThatIsNotItsOwn_IsRefused(string attack)
    {
        await SetAsync("PASSWORD", Secret);
        await SetAsync("OTHER", "known to the attacker");
        Raw(attack);
        await Assert.ThrowsAsync<StoreException>(() => Apps.GetVariablesAsync(_app, Token));
    }

    [Fact]
    public async Task ExtraEnvironment_ChangedOnDisk_FailsOnlyWhereItIsRead()
    {
        var environment = new Dictionary<string, string> { ["TOKEN"] = Secret };
        await Containers.AddAsync([Samples.Container() with { ExtraEnvironment = environment }, Samples.Container("c-2")], Token);
        Raw("UPDATE containers SET extra_environment = x'0101' WHERE id = 'c-1'");

        Assert.Equal(2, (await Containers.ListLiveAsync(Token)).Count);
        var changed = await Containers.UpdateAsync(new ContainerId("c-1"), c => c with { ExitCode = 9 }, Token);

        Assert.Equal(9, changed!.ExitCode);
        Assert.Throws<StoreException>(() => changed.ExtraEnvironment.Count);
    }

    [Fact]
    public async Task ExtraEnvironment_OfAnUpdatedContainer_IsKept()
    {
        var environment = new Dictionary<string, string> { ["TOKEN"] = Secret };
        await Containers.AddAsync([Samples.Container() with { ExtraEnvironment = environment }], Token);
        await Containers.UpdateAsync(new ContainerId("c-1"), c => c with { ExitCode = 9 }, Token);
        Assert.Equal(Secret, (await Containers.FindAsync(new ContainerId("c-1"), Token))!.ExtraEnvironment["TOKEN"]);
    }

    [Fact]
    public async Task Files_Created_BelongToTheirOwnerAlone()
    {
        await SetAsync("A", "1");
        Assert.Equal(32, new FileInfo(KeyPath).Length);
        Assert.All(Directory.GetFiles(Folder), f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public async Task KeyFile_OpenToOthers_IsRefused(UnixFileMode extra)
    {
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead | extra);
        Assert.Contains($"chmod 600 {KeyPath}", (await RefusedStartAsync()).Message);
    }

    [Fact]
    public async Task KeyFile_LostWhileValuesAreSealed_IsRefusedAndNotReplaced()
    {
        await SetAsync("A", "1");
        File.Delete(KeyPath);
        Assert.Contains($"{KeyPath} is missing", (await RefusedStartAsync()).Message);
        Assert.False(File.Exists(KeyPath));
    }

    [Fact]
    public async Task KeyFile_LostBeforeAnythingWasSealed_IsMadeAnew()
    {
        File.Delete(KeyPath);
        await RestartAsync();
        await SetAsync("A", "1");
        await RestartAsync();
        Assert.Equal("1", Assert.Single(await Apps.GetVariablesAsync(_app, Token)).Value);
    }

    [Theory]
    [InlineData(32, "is not the one")]
    [InlineData(31, "is damaged")]
    public async Task KeyFile_OfAnotherDatabase_IsRefused(int length, string reason)
    {
        await SetAsync("A", "1");
        await File.WriteAllBytesAsync(KeyPath, new byte[length], Token);
        Assert.Contains(reason, (await RefusedStartAsync()).Message);
    }

    [Fact]
    public async Task KeyFile_PutBack_OpensTheValuesAgain()
    {
        await SetAsync("A", Secret);
        var key = await File.ReadAllBytesAsync(KeyPath, Token);
        File.Delete(KeyPath);
        await RefusedStartAsync();
        await File.WriteAllBytesAsync(KeyPath, key, Token);
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead);
        Assert.Equal(Secret, Assert.Single(await Apps.GetVariablesAsync(_app, Token)).Value);
    }

    private Task SetAsync(string name, string value) =>
        Apps.SetVariablesAsync(_app, [new Variable(new VariableId($"v-{name}"), name, value)], Token);

    private bool AppearsOnDisk(string text) =>
        Directory.GetFiles(Folder).Any(f => File.ReadAllBytes(f).AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);
}
