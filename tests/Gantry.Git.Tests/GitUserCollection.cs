using Gantry.Api.Git;

namespace Gantry.Git.Tests;

/// <summary>One system user for all tests, gone when they are done.</summary>
[CollectionDefinition(nameof(GitUserCollection))]
public sealed class GitUserCollection : ICollectionFixture<GitUserFixture>;

public sealed class GitUserFixture : IAsyncLifetime
{
    private bool _made;

    public async ValueTask InitializeAsync() => _made = await GitUser.EnsureAsync(GitHost.UserName, "/nonexistent", default);

    public async ValueTask DisposeAsync()
    {
        if (_made)
            await Shell.RunAsync("/", $"userdel {GitHost.UserName}");
    }
}
