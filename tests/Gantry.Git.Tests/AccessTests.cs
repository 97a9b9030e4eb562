using System.Diagnostics;

namespace Gantry.Git.Tests;

[Collection(nameof(GitUserCollection))]
public sealed class AccessTests
{
    [Fact]
    public async Task Push_ToAForeignOrMissingApp_GetsTheSameAnswer()
    {
        await using var host = await GitHost.StartAsync();
        var ann = await host.AddUserAsync("ann");
        var bob = await host.AddUserAsync("bob");
        var app = await host.AddAppAsync("my-first-app", ann);
        var work = await bob.NewRepositoryAsync();

        var (foreign, foreignOutput) = await bob.RunAsync(work, $"git push {bob.Url("my-first-app")} main");
        var (missing, missingOutput) = await bob.RunAsync(work, $"git push {bob.Url("no-such-app")} main");
        var (byId, byIdOutput) = await bob.RunAsync(work, $"git clone {bob.Url(app.Id.Value)}");

        Assert.True(foreign != 0 && missing != 0 && byId != 0);
        Assert.Contains("You have no app my-first-app.", foreignOutput, StringComparison.Ordinal);
        Assert.Equal(foreignOutput.Replace("my-first-app", "no-such-app", StringComparison.Ordinal), missingOutput);
        Assert.Contains("You have no app", byIdOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_WithAnUnknownKeyOrAfterItsRemoval_IsDenied()
    {
        await using var host = await GitHost.StartAsync();
        var ann = await host.AddUserAsync("ann");
        Assert.Contains("Hello ann", (await Shell.RunAsync("/", ann.SshCommand(""))).Output, StringComparison.Ordinal);

        await host.Accounts.DeleteKeyAsync(ann.User.Id, new Domain.KeyId("key-ann"), TestContext.Current.CancellationToken);
        var (exitCode, output) = await Shell.RunAsync("/", ann.SshCommand(""));

        Assert.NotEqual(0, exitCode);
        Assert.Contains("Permission denied (publickey)", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("id")]
    [InlineData("'git-receive-pack /etc'")]
    [InlineData("\"git-upload-pack '/my-first-app.git'; id\"")]
    [InlineData("\"git-upload-pack '/../my-first-app.git'\"")]
    [InlineData("\"git-upload-archive '/my-first-app.git'\"")]
    [InlineData("-t")]
    [InlineData("-s sftp")]
    public async Task Session_ForAnythingButGit_IsRefusedAndRunsNothing(string command)
    {
        await using var host = await GitHost.StartAsync();
        var ann = await host.AddUserAsync("ann");
        await host.AddAppAsync("my-first-app", ann);

        var (exitCode, output) = await Shell.RunAsync("/", ann.SshCommand(command));

        Assert.NotEqual(0, exitCode);
        Assert.DoesNotContain("uid=", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forwarding_OfPorts_IsRefused()
    {
        await using var host = await GitHost.StartAsync();
        var ann = await host.AddUserAsync("ann");

        var (exitCode, output) = await Shell.RunAsync("/", ann.SshCommand("-W 127.0.0.1:22").Replace($" {GitHost.UserName}@127.0.0.1 -W 127.0.0.1:22", $" -W 127.0.0.1:22 {GitHost.UserName}@127.0.0.1", StringComparison.Ordinal));

        Assert.NotEqual(0, exitCode);
        Assert.Contains("stdio forwarding failed", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("main")]
    [InlineData("master")]
    public async Task Clone_OfADeployedApp_HasItsFilesAndAnEmptyOneWarns(string branch)
    {
        await using var host = await GitHost.StartAsync();
        var ann = await host.AddUserAsync("ann");
        await host.AddAppAsync("my-first-app", ann);
        var work = await ann.NewRepositoryAsync();

        var (empty, emptyOutput) = await ann.RunAsync(work, $"git clone {ann.Url("my-first-app")} empty");
        Assert.Equal(0, (await ann.RunAsync(work, $"git push {ann.Url("my-first-app")} main:{branch}")).ExitCode);
        var (full, fullOutput) = await ann.RunAsync(work, $"git clone {ann.Url("my-first-app")} full");

        Assert.True(empty == 0, emptyOutput);
        Assert.True(full == 0, fullOutput);
        Assert.Equal("hello\n", await File.ReadAllTextAsync(Path.Combine(work, "full", "index.html"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Server_KilledOrLeftBehind_IsBackWithTheSameHostKey()
    {
        await using var host = await GitHost.StartAsync();
        var ann = await host.AddUserAsync("ann");
        await host.AddAppAsync("my-first-app", ann);
        var work = await ann.NewRepositoryAsync();
        Assert.Equal(0, (await ann.RunAsync(work, $"git push {ann.Url("my-first-app")} main")).ExitCode);

        using (var sshd = Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(Path.Combine(ann.Folder, "sshd.pid"), TestContext.Current.CancellationToken), System.Globalization.CultureInfo.InvariantCulture)))
            sshd.Kill();
        await Until.TrueAsync(async () => (await Shell.RunAsync("/", ann.SshCommand(""))).Output.Contains("Hello", StringComparison.Ordinal), "sshd is back");
        await host.RestartAsync();

        // The client would refuse another host key: it keeps the first one.
        Assert.Contains("Hello ann", (await Shell.RunAsync("/", ann.SshCommand(""))).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repositories_AndKeys_BelongToWhomTheyShould()
    {
        await using var host = await GitHost.StartAsync();
        var ann = await host.AddUserAsync("ann");
        var app = await host.AddAppAsync("my-first-app", ann);
        var work = await ann.NewRepositoryAsync();
        Assert.Equal(0, (await ann.RunAsync(work, $"git push {ann.Url("my-first-app")} main")).ExitCode);

        var modes = await Shell.MustAsync(host.Data, $"stat -c '%U %a' git git/{app.Id}.git ssh/ssh_host_ed25519_key ssh/authorized-keys {ann.Folder}/git.sock");

        Assert.Equal($"{GitHost.UserName} 700\n{GitHost.UserName} 700\nroot 600\nroot 755\nroot 660\n", modes);
    }
}
