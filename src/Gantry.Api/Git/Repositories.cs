using Gantry.Control.Formation;
using Gantry.Domain;

namespace Gantry.Api.Git;

/// <summary>Forgets the repository of a deleted app.</summary>
internal sealed class Repositories(GitPaths paths) : IAppDataOwner
{
    public Task RemoveAsync(AppId app, CancellationToken token)
    {
        var path = paths.Repository(app);
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        return Task.CompletedTask;
    }
}
