using Gantry.Api.Git;

namespace Gantry.Git.Tests;

/// <summary>Several platforms on one machine have one system user.</summary>
[Collection(nameof(GitUserCollection))]
public sealed class SharedUserTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task User_ThatSeveralPlatformsMakeAtOnce_IsThereForAll()
    {
        const string name = "gantrygitrace";
        try
        {
            var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => GitUser.EnsureAsync(name, Token)));

            Assert.Single(made, m => m);
            Assert.Equal("/", (await Shell.MustAsync("/", $"getent passwd {name}")).Split(':')[5]);
        }
        finally
        {
            await Shell.RunAsync("/", $"userdel {name}");
        }
    }

    [Fact]
    public async Task Repositories_OfAUserThatWasMadeAnew_TakePushesAgain()
    {
        await using var host = await GitHost.StartAsync();
        var ann = await host.AddUserAsync("ann");
        await host.AddAppAsync("my-first-app", ann);
        var work = await ann.NewRepositoryAsync();
        var (first, firstOutput) = await ann.RunAsync(work, $"git push {ann.Url("my-first-app")} main");
        Assert.True(first == 0, firstOutput);

        await Shell.MustAsync("/", $"chown -R 54321:54321 {host.Data}/git");
        await host.RestartAsync();
        var (second, output) = await ann.RunAsync(work, $"{TestUser.Commit("second")} --allow-empty && git push {ann.Url("my-first-app")} main");

        Assert.True(second == 0, output);
        Assert.DoesNotContain("chdir", firstOutput + output, StringComparison.Ordinal);
    }
}
