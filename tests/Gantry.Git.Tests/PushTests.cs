using System.Formats.Tar;
using Gantry.Domain;
using Gantry.Domain.Deployments;

namespace Gantry.Git.Tests;

[Collection(nameof(GitUserCollection))]
public sealed class PushTests
{
    [Theory]
    [InlineData("main", "ed25519", false)]
    [InlineData("master", "rsa", false)]
    [InlineData("main", "ed25519", true)]
    public async Task Push_OfADeployedBranch_DeploysItsTreeAndShowsTheOutputAndTheAddress(string branch, string keyType, bool scp)
    {
        await using var host = await GitHost.StartAsync();
        var ann = await host.AddUserAsync("ann", keyType);
        var app = await host.AddAppAsync("my-first-app", ann);
        host.Deploy = d => host.OutputAsync(d, "-----> Building é\n       all well\n");
        var work = await ann.NewRepositoryAsync();

        var (exitCode, output) = await ann.RunAsync(work, $"git push {(scp ? ann.ScpUrl("my-first-app") : ann.Url("my-first-app"))} main:{branch}");

        Assert.True(exitCode == 0, output);
        Assert.Contains("remote: -----> Building é", output, StringComparison.Ordinal);
        Assert.Contains("remote: -----> my-first-app is deployed: http://my-first-app.apps.localhost:8080", output, StringComparison.Ordinal);
        var deployment = await host.OnlyDeploymentAsync(app);
        Assert.Equal((await Shell.MustAsync(work, "git rev-parse HEAD")).Trim(), deployment.GitRef);
        Assert.Equal((ann.User.Id, "ann", SourceKind.Git), (deployment.PusherId, deployment.PusherName, deployment.Source.Kind));
        Assert.Equal(["index.html"], await EntriesAsync(host, deployment));
    }

    [Fact]
    public async Task Push_WhileItBuilds_ShowsEachLineAsItComes()
    {
        await using var host = await GitHost.StartAsync();
        var ann = await host.AddUserAsync("ann");
        await host.AddAppAsync("my-first-app", ann);
        var goOn = new SemaphoreSlim(0);
        host.Deploy = async d =>
        {
            await host.OutputAsync(d, "one\n");
            await goOn.WaitAsync();
            await host.OutputAsync(d, "two\n");
        };
        var work = await ann.NewRepositoryAsync();

        using var push = ann.Start(work, $"git push {ann.Url("my-first-app")} main");
        await ReadUntilAsync(push.StandardOutput, "remote: one");
        goOn.Release();
        await ReadUntilAsync(push.StandardOutput, "remote: two");
        await push.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, push.ExitCode);
    }

    [Fact]
    public async Task Push_WhenThePlatformRestarts_ShowsTheRestOnceAndEndsAsTheDeploymentDoes()
    {
        await using var host = await GitHost.StartAsync();
        var ann = await host.AddUserAsync("ann");
        await host.AddAppAsync("my-first-app", ann);
        var goOn = new SemaphoreSlim(0);
        host.Deploy = async d =>
        {
            await host.OutputAsync(d, "one \u00e9\n");
            await goOn.WaitAsync();
            await host.OutputAsync(d, "two\n");
            await host.EndAsync(d, DeploymentStatus.BuildError, "npm ended with 1.");
        };
        var work = await ann.NewRepositoryAsync();

        using var push = ann.Start(work, $"git push {ann.Url("my-first-app")} main");
        await ReadUntilAsync(push.StandardOutput, "remote: one \u00e9");
        await host.RestartAsync();
        goOn.Release();
        var rest = await push.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await push.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.NotEqual(0, push.ExitCode);
        Assert.Contains("remote: two", rest, StringComparison.Ordinal);
        Assert.Contains("The deployment failed (build-error): npm ended with 1.", rest, StringComparison.Ordinal);
        Assert.DoesNotContain("one", rest.Replace("undone", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_WhoseDeploymentFails_FailsSaysWhyAndCanBeRepeated()
    {
        await using var host = await GitHost.StartAsync();
        var ann = await host.AddUserAsync("ann");
        var app = await host.AddAppAsync("my-first-app", ann);
        host.Deploy = d => host.EndAsync(d, DeploymentStatus.BuildError, "npm ended with 1.");
        var work = await ann.NewRepositoryAsync();

        var (failed, output) = await ann.RunAsync(work, $"git push {ann.Url("my-first-app")} main");
        host.Deploy = _ => Task.CompletedTask;
        var (again, second) = await ann.RunAsync(work, $"git push {ann.Url("my-first-app")} main");

        Assert.NotEqual(0, failed);
        Assert.Contains("remote:  !     The deployment failed (build-error): npm ended with 1.", output, StringComparison.Ordinal);
        Assert.Contains("[remote rejected] main -> main (pre-receive hook declined)", output, StringComparison.Ordinal);
        Assert.True(again == 0, second);
        Assert.Equal(2, (await host.Deployments.ListAsync(app.Id, 1, 10, TestContext.Current.CancellationToken)).Total);
    }

    [Theory]
    [InlineData("git checkout -q -b feature; git push {url} feature", "To deploy feature: git push <remote> feature:main")]
    [InlineData("git tag v1; git push {url} v1", "Tags are not deployed")]
    [InlineData("git push {url} main:main main:master", "not both at once")]
    [InlineData("git commit-tree -m empty $(git hash-object -t tree /dev/null) > c; git push {url} $(cat c):refs/heads/main", "The commit has no files")]
    [InlineData("git push {url} main:refs/notes/x", "Only main and master are deployed")]
    public async Task Push_OfSomethingElse_IsRefusedWithWhatToDo(string commands, string sentence)
    {
        await using var host = await GitHost.StartAsync();
        var ann = await host.AddUserAsync("ann");
        var app = await host.AddAppAsync("my-first-app", ann);
        var work = await ann.NewRepositoryAsync();

        var (exitCode, output) = await ann.RunAsync(work, "export GIT_AUTHOR_NAME=T GIT_AUTHOR_EMAIL=t@x GIT_COMMITTER_NAME=T GIT_COMMITTER_EMAIL=t@x; "
            + commands.Replace("{url}", ann.Url("my-first-app"), StringComparison.Ordinal));

        Assert.NotEqual(0, exitCode);
        Assert.Contains(sentence, output, StringComparison.Ordinal);
        Assert.Equal(0, (await host.Deployments.ListAsync(app.Id, 1, 10, TestContext.Current.CancellationToken)).Total);
    }

    [Fact]
    public async Task Push_ThatDeletesTheBranch_IsRefused()
    {
        await using var host = await GitHost.StartAsync();
        var ann = await host.AddUserAsync("ann");
        await host.AddAppAsync("my-first-app", ann);
        var work = await ann.NewRepositoryAsync();
        Assert.Equal(0, (await ann.RunAsync(work, $"git push {ann.Url("my-first-app")} main")).ExitCode);

        var (exitCode, output) = await ann.RunAsync(work, $"git push {ann.Url("my-first-app")} :main");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("cannot be deleted", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_FromAShallowClone_IsRefusedWithWhatToDo()
    {
        await using var host = await GitHost.StartAsync();
        var ann = await host.AddUserAsync("ann");
        await host.AddAppAsync("my-first-app", ann);
        var work = await ann.NewRepositoryAsync();
        await Shell.MustAsync(work, $"echo 2 > two; git add -A; {TestUser.Commit("second")}; git clone -q --depth 1 file://$PWD shallow");

        var (exitCode, output) = await ann.RunAsync(Path.Combine(work, "shallow"), $"git push {ann.Url("my-first-app")} main");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("git fetch --unshallow", output, StringComparison.Ordinal);
        Assert.True((await ann.RunAsync(work, $"git push {ann.Url("my-first-app")} main")).ExitCode == 0, "the refused push left something behind");
    }

    [Fact]
    public async Task Push_DuringADeployment_IsRefusedClearly()
    {
        await using var host = await GitHost.StartAsync();
        var ann = await host.AddUserAsync("ann");
        await host.AddAppAsync("my-first-app", ann);
        var (begun, goOn) = (new SemaphoreSlim(0), new SemaphoreSlim(0));
        host.Deploy = async _ => { begun.Release(); await goOn.WaitAsync(); };
        var work = await ann.NewRepositoryAsync();
        var first = ann.RunAsync(work, $"git push {ann.Url("my-first-app")} main");
        await begun.WaitAsync(TestContext.Current.CancellationToken);

        var (exitCode, output) = await ann.RunAsync(work, $"git push {ann.Url("my-first-app")} main:master");
        goOn.Release();

        Assert.NotEqual(0, exitCode);
        Assert.Contains("my-first-app is being deployed already, by ann", output, StringComparison.Ordinal);
        Assert.Equal(0, (await first).ExitCode);
    }

    [Fact]
    public async Task Push_WhosePusherGoesAway_AbortsTheDeployment()
    {
        await using var host = await GitHost.StartAsync();
        var ann = await host.AddUserAsync("ann");
        var app = await host.AddAppAsync("my-first-app", ann);
        var goOn = new SemaphoreSlim(0);
        host.Deploy = async d => { await host.OutputAsync(d, "building\n"); await goOn.WaitAsync(); };
        var work = await ann.NewRepositoryAsync();
        using var push = ann.Start(work, $"git push {ann.Url("my-first-app")} main");
        await ReadUntilAsync(push.StandardOutput, "remote: building");

        push.Kill(entireProcessTree: true);

        await Until.TrueAsync(async () => (await host.OnlyDeploymentAsync(app)).AbortRequested, "the abort is asked for");
        goOn.Release();
    }

    [Fact]
    public async Task Push_LargerThanTheLimit_IsRefusedWithTheLimit()
    {
        await using var host = await GitHost.StartAsync(o => o.MaxSourceBytes = 2 * 1024 * 1024);
        var ann = await host.AddUserAsync("ann");
        var app = await host.AddAppAsync("my-first-app", ann);
        var work = await ann.NewRepositoryAsync();
        await Shell.MustAsync(work, $"head -c 20000000 /dev/urandom > big; git add -A; {TestUser.Commit("big")}");

        var (exitCode, output) = await ann.RunAsync(work, $"git push {ann.Url("my-first-app")} main");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("larger than 2 MiB", output, StringComparison.Ordinal);
        Assert.Equal(0, (await host.Deployments.ListAsync(app.Id, 1, 10, TestContext.Current.CancellationToken)).Total);
    }

    [Fact]
    public async Task Push_WithSubmodules_WarnsThatTheyStayEmpty()
    {
        await using var host = await GitHost.StartAsync();
        var ann = await host.AddUserAsync("ann");
        await host.AddAppAsync("my-first-app", ann);
        var work = await ann.NewRepositoryAsync();
        await Shell.MustAsync(work, $"touch .gitmodules; git add -A; {TestUser.Commit("sub")}");

        var (exitCode, output) = await ann.RunAsync(work, $"git push {ann.Url("my-first-app")} main");

        Assert.Equal(0, exitCode);
        Assert.Contains("Submodules are not fetched", output, StringComparison.Ordinal);
    }

    private static async Task ReadUntilAsync(StreamReader reader, string text)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var seen = "";
        while (await reader.ReadLineAsync(limit.Token) is { } line)
        {
            seen += line + "\n";
            if (line.Contains(text, StringComparison.Ordinal))
                return;
        }
        Assert.Fail($"'{text}' did not come: {seen}");
    }

    private static async Task<List<string>> EntriesAsync(GitHost host, Deployment deployment)
    {
        await using var blob = await host.Blobs.OpenAsync(new Digest(deployment.Source.Value), TestContext.Current.CancellationToken);
        await using var tar = new TarReader(blob!);
        var names = new List<string>();
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            if (entry.EntryType == TarEntryType.RegularFile)
                names.Add(entry.Name);
        }
        return names;
    }
}
