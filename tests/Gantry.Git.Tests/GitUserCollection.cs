using Gantry.Api.Git;

namespace Gantry.Git.Tests;

/// <summary>One system user for all tests, gone when they are done.</summary>
[CollectionDefinition(nameof(GitUserCollection))]
public sealed class GitUserCollection : ICollectionFixture<GitUserFixture>;

public sealed class GitUserFixture : IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await GitUser.EnsureAsync(GitHost.UserName, default);

    // Also when an interrupted run left it: nobody else uses that name.
    public async ValueTask DisposeAsync()
    {
        await Until.TrueAsync(async () => (await Shell.RunAsync("/", $"pgrep -u {GitHost.UserName}")).ExitCode != 0, "the last helper of a push is gone");
        await Shell.MustAsync("/", $"userdel {GitHost.UserName}");
    }
}
