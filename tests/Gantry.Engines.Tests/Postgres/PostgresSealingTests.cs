using Gantry.Conformance.Records;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Engines.Tests.Support;
using Gantry.Store.Records;

namespace Gantry.Engines.Tests.Postgres;

/// <summary>Encryption is the engine's business in nothing but where the boxes lie.</summary>
public sealed class PostgresSealingTests(SharedPostgres postgres) : PostgresTest(postgres)
{
    private const string Secret = "correct-horse-battery-staple";
    private static readonly AppId _app = Samples.App().Id;

    [Fact]
    public async Task Values_InTheDatabase_AreNotReadable()
    {
        await SetAsync(Secret);
        await Containers.AddAsync([Samples.Container() with { ExtraEnvironment = new Dictionary<string, string> { ["TOKEN"] = Secret } }], Token);
        var hex = Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(Secret));

        Assert.Equal(0L, await RawAsync($"SELECT count(*) FROM variables WHERE encode(sealed, 'hex') LIKE '%{hex}%'"));
        Assert.Equal(0L, await RawAsync($"SELECT count(*) FROM containers WHERE encode(extra_environment, 'hex') LIKE '%{hex}%' OR containers::text LIKE '%{Secret}%'"));
        Assert.Equal(1L, await RawAsync("SELECT count(*) FROM containers WHERE extra_environment IS NOT NULL"));
    }

    [Fact]
    public async Task Variable_ChangedInTheDatabase_IsRefused()
    {
        await SetAsync(Secret);
        await RawAsync("UPDATE variables SET sealed = set_byte(sealed, 35, 255 - get_byte(sealed, 35))");
        Assert.Contains("PASSWORD", (await Assert.ThrowsAsync<StoreException>(() => Apps.GetVariablesAsync(_app, Token))).Message);
    }

    [Fact]
    public async Task KeyFile_MissingOnAnotherHost_IsAskedForAndNeverMadeAnew()
    {
        var elsewhere = Path.Combine(Folder, "other-host.key");
        await using (var other = OtherProgram(o => o.KeyPath = elsewhere))
            Assert.Contains($"{elsewhere} is missing", (await Assert.ThrowsAsync<StoreException>(() => other.PrepareAsync(Token))).Message);
        Assert.False(File.Exists(elsewhere));

        File.Copy(KeyPath, elsewhere);
        await using var again = OtherProgram(o => o.KeyPath = elsewhere);
        await again.PrepareAsync(Token);
    }

    [Fact]
    public async Task KeyFile_OfAnotherDatabase_IsRefused()
    {
        await SetAsync(Secret);
        await File.WriteAllBytesAsync(KeyPath, new byte[32], Token);
        Assert.Contains("is not the one", (await RefusedStartAsync()).Message);
    }

    private Task SetAsync(string value) => Apps.SetVariablesAsync(_app, [new Variable(new VariableId("v-1"), "PASSWORD", value)], Token);
}
