using System.Net;
using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

/// <summary>Not beside others: it has a platform of its own, and moves all blobs of a stack three times.</summary>
[CollectionDefinition("backup", DisableParallelization = true)]
public sealed class BackupCollection;

/// <summary>The machine is lost, and the platform comes back from one file.</summary>
[Collection("backup")]
public sealed class BackupTests : IAsyncLifetime
{
    private readonly GantryPlatform _platform = new("g", new() { ["Subnet"] = "10.205.0.0/16" }, ["blobs", "stacks"]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Config => Path.Combine(_platform.Root, "gantry.json");

    private string HostKey => Path.Combine(_platform.DataDirectory, "ssh", "ssh_host_ed25519_key");

    public ValueTask InitializeAsync() => _platform.InitializeAsync();

    public ValueTask DisposeAsync() => _platform.DisposeAsync();

    [Fact]
    public async Task Platform_LostAndRestored_ServesTheSameAsBefore()
    {
        var app = await _platform.CreateAppAsync("lost");
        using var source = await TinyApps.WebAsync(_platform);
        (await _platform.CliAsync("env-set", "--app", app, "SECRET=kept-and-sealed")).ExpectSuccess();
        (await source.PushAsync(app)).ExpectSuccess();
        var (answer, hostKey) = ((await _platform.GetAsync(app)).Body, await File.ReadAllTextAsync(HostKey, Token));
        string[] backup = ["backup", "--to", Path.Combine(_platform.Root, "saved.gantry"), "--passphrase-file", Path.Combine(_platform.Root, "passphrase")];
        await File.WriteAllTextAsync(Path.Combine(_platform.Root, "passphrase"), "correct horse battery staple\n", Token);
        var saved = (await _platform.GantrydAsync(backup)).ExpectSuccess();
        Assert.Contains("Saved to", saved.Error, StringComparison.Ordinal);
        Assert.StartsWith("v1", answer, StringComparison.Ordinal);

        await LoseEverythingAsync();
        var restored = (await _platform.GantrydAsync(["restore", "--from", .. backup[2..]])).ExpectSuccess();
        await _platform.StartAsync();

        Assert.Contains("it comes from the backup", restored.Error, StringComparison.Ordinal);
        await Wait.ForAsync<object>(
            async () => await _platform.GetAsync(app) is (HttpStatusCode.OK, var body) && body == answer ? app : null, "the app, serving again", TimeSpan.FromMinutes(2));
        Assert.Equal(hostKey, await File.ReadAllTextAsync(HostKey, Token));
        Assert.Contains("SECRET=kept-and-sealed", (await _platform.CliAsync("env", "--app", app)).ExpectSuccess().Output, StringComparison.Ordinal);
        // With the same account, the same SSH key, and a client that knows the platform by its old host key.
        source.Write("version", "v2");
        await source.CommitAsync("second");
        (await source.PushAsync(app)).ExpectSuccess();
        Assert.StartsWith("v2", (await _platform.GetAsync(app)).Body, StringComparison.Ordinal);
        await _platform.DestroyAsync(app);
    }

    /// <summary>As after a power cut of a machine whose disk is gone: what ran has ended, and nothing is left but the clients.</summary>
    private async Task LoseEverythingAsync()
    {
        await _platform.KillDaemonAsync();
        // It outlives a killed daemon, but no power cut, and what names it is deleted here.
        (await Shell.RunAsync("kill", ["-KILL", (await File.ReadAllTextAsync(Path.Combine(_platform.Root, "run", "sshd.pid"), Token)).Trim()])).ExpectSuccess();
        (await _platform.GantrydAsync("stop-host")).ExpectSuccess();
        Directory.Delete(_platform.DataDirectory, recursive: true);
        Directory.Delete(Path.Combine(_platform.Root, "run"), recursive: true);
        File.Delete(Config);
    }
}
