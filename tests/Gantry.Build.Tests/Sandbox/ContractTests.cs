using Gantry.Build.Images;
using Xunit;

namespace Gantry.Build.Tests.Sandbox;

/// <summary>The classic buildpack contract, as buildpacks see it.</summary>
[Collection("builds")]
public sealed class ContractTests(BuildHost host)
{
    private static readonly Dictionary<string, string> Source = new() { ["main.txt"] = "hello" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Compile_GetsItsArgumentsAndEnvironment()
    {
        var pack = host.Pack("arguments", """
            { echo "args=$#"; echo "build=$(cat "$1/main.txt")"; echo "cwd=$([ "$PWD" = "$1" ] && echo build)"
              echo "cache=$([ -d "$2" ] && touch "$2/x" && echo writable)"; echo "file=$(cat "$3/GREETING")"; echo "mode=$(stat -c %a "$3/GREETING")"
              echo "variable=$GREETING"; echo "user=$(id -u)"; echo "home=$HOME"; echo "version=$SOURCE_VERSION $CONTAINER_VERSION"
              echo "app=$APP stack=$STACK"; echo "path=$PATH"; echo "kept=${LD_PRELOAD-unset} ${BASH_ENV-unset}"; } > "$1/report.txt"
            """);
        var build = await host.BuildAsync(Source, Variables(pack, ("GREETING", "two\nlines $HOME 'ü'\n"), ("LD_PRELOAD", "/evil.so"), ("BASH_ENV", "/evil.sh"), ("STACK", "mine")));

        Assert.Equal("""
            args=3
            build=hello
            cwd=build
            cache=writable
            file=two
            lines $HOME 'ü'
            mode=600
            variable=two
            lines $HOME 'ü'

            user=1000
            home=/app
            version=0123abc 0123abc
            app=test-app stack=gantry-12
            path=/app/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
            kept=unset unset

            """, await build.ReadAsync("report.txt"));
    }

    [Fact]
    public async Task Release_DecidesWhatTheProcfileDoesNot()
    {
        var pack = host.Pack("release", "mkdir -p $1/.profile.d; echo 'export X=1' > $1/.profile.d/x.sh", release: """
            cat <<EOF
            ---
            addons: [some-database]
            config_vars: { RACK_ENV: production, _BAD: x }
            default_process_types: { web: default web, console: bin/console }
            EOF
            """);
        var build = await host.BuildAsync(new Dictionary<string, string> { ["Procfile"] = "web: my web $PORT\nclock: tick\nrelease: ignored\n" }, Variables(pack));

        Assert.Equal(new Dictionary<string, string> { ["web"] = "my web $PORT", ["clock"] = "tick", ["console"] = "bin/console" }, build.Value.ProcessTypes);
        Assert.Equal(new Dictionary<string, string> { ["RACK_ENV"] = "production" }, build.Value.ConfigVars);
        Assert.Contains("some-database", build.Output, StringComparison.Ordinal);
        Assert.Contains("'_BAD' is ignored", build.Output, StringComparison.Ordinal);
        Assert.Equal("export X=1\n", await build.ReadAsync(".profile.d/x.sh"));
    }

    [Fact]
    public async Task Cache_StaysBetweenBuildsOfAnAppAndIsForgottenOnRequest()
    {
        var pack = host.Pack("cache", "echo x >> $2/count; wc -l < $2/count > $1/count");
        var app = host.NewApp();

        Assert.Equal("1\n", await (await host.BuildAsync(Source, Variables(pack), app)).ReadAsync("count"));
        Assert.Equal("2\n", await (await host.BuildAsync(Source, Variables(pack), app)).ReadAsync("count"));
        Assert.Equal("1\n", await (await host.BuildAsync(Source, Variables(pack))).ReadAsync("count"));
        await host.Builder(_ => { }).DeleteCacheAsync(app, Token);
        Assert.Equal("1\n", await (await host.BuildAsync(Source, Variables(pack), app)).ReadAsync("count"));
    }

    [Fact]
    public async Task Multi_RunsAllInOrderWithExportsBetween_AndTheLastReleases()
    {
        var first = host.Pack("multi1", "echo one >> $1/order; echo 'export FROM_FIRST=yes PATH=/special:$PATH' > $(dirname $0)/../export", release: "echo 'default_process_types: {web: first}'");
        var second = host.Pack("multi2", "echo two $FROM_FIRST ${PATH%%:*} >> $1/order", release: "echo 'default_process_types: {web: second}'");
        var build = await host.BuildAsync(new Dictionary<string, string> { [".buildpacks"] = $"# comment\n{first}\r\n\n  file://{second}\n" });

        Assert.Equal("one\ntwo yes /special\n", await build.ReadAsync("order"));
        Assert.Equal("second", build.Value.ProcessTypes["web"]);
    }

    [Fact]
    public async Task ProjectDirectory_IsAllThatIsBuiltAndKept()
    {
        var pack = host.Pack("project", "ls -A $1 > $1/listing");
        var files = new Dictionary<string, string> { ["outer"] = "x", ["services/web/inner"] = "x", ["services/web/Procfile"] = "web: inner" };
        var build = await host.BuildAsync(files, Variables(pack, ("PROJECT_DIR", "services/web/")));

        Assert.Equal("inner", build.Value.ProcessTypes["web"]);
        Assert.Equal("Procfile\ninner\nlisting\n", await build.ReadAsync("listing"));
        Assert.Null(await build.ReadAsync("outer"));
        Assert.Contains("no such folder", (await host.BuildAsync(files, Variables(pack, ("PROJECT_DIR", "absent")))).Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SlugIgnore_IsAppliedAfterTheBuild()
    {
        var pack = host.Pack("slug", "test -f $1/docs/a && cp $1/docs/a $1/used && touch $1/made.tmp");
        var build = await host.BuildAsync(new Dictionary<string, string> { [".slugignore"] = "docs\n*.tmp\n[broken\n", ["docs/a"] = "text" }, Variables(pack));

        Assert.Equal("text", await build.ReadAsync("used"));
        Assert.Null(await build.ReadAsync("docs"));
        Assert.Null(await build.ReadAsync("made.tmp"));
        Assert.Contains("'[broken' is not a valid pattern", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BuildpackUrl_MayBeAGitRepositoryWithABranch()
    {
        var pack = host.Pack("git", "echo main > $1/branch");
        await HostTool.RunAsync("bash", pack, ["-c", """
            git init -q -b main && git config user.email t@example.com && git config user.name t && git add . && git commit -qm one
            git checkout -q -b other && sed -i s/main/other/ bin/compile && git commit -qam two && git checkout -q main
            """], Token);
        var commit = (await HostTool.RunAsync("git", pack, ["rev-parse", "other"], Token)).Trim();

        Assert.Equal("other\n", await (await host.BuildAsync(Source, Variables($"file://{pack}#other"))).ReadAsync("branch"));
        Assert.Equal("other\n", await (await host.BuildAsync(Source, Variables($"{pack}#{commit}"))).ReadAsync("branch"));
        var missing = await host.BuildAsync(Source, Variables($"{pack}#absent"));
        Assert.Contains("could not be cloned", missing.Failure, StringComparison.Ordinal);
        Assert.Contains("absent", missing.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BuildpackUrl_MayBeAnArchiveWithAFolderRoundIt()
    {
        host.Pack("archived", "echo yes > $1/archived");
        await HostTool.RunAsync("tar", host.Packs, ["-czf", "archived.tgz", "archived"], Token);

        Assert.Equal("yes\n", await (await host.BuildAsync(Source, Variables($"{host.Packs}/archived.tgz"))).ReadAsync("archived"));
    }

    [Theory]
    [InlineData("/etc", "did not allow")]
    [InlineData("nonsense", "neither built in (built in: go")]
    [InlineData("https://user:secret@127.0.0.1:9/x.git", "'https://127.0.0.1:9/x.git' could not be cloned")]
    [InlineData("http://127.0.0.1:9/x.tgz", "could not be fetched")]
    public async Task BuildpackUrl_ThatCannotBeUsed_SaysWhy(string url, string expected)
    {
        var build = await host.BuildAsync(Source, Variables(url));

        Assert.Contains(expected, build.Failure, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", build.Failure + build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BuildpackName_ForcesABuiltInOne()
    {
        var files = new Dictionary<string, string> { ["package.json"] = "{}", ["index.html"] = "hi", ["Procfile"] = "web: run" };

        Assert.Contains("Procfile", (await host.BuildAsync(files, new Dictionary<string, string> { ["BUILDPACK_NAME"] = "procfile" })).Output, StringComparison.Ordinal);
        Assert.Contains("no such buildpack", (await host.BuildAsync(files, new Dictionary<string, string> { ["BUILDPACK_NAME"] = "cobol" })).Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownLanguage_SaysWhatWasLookedForAndHowToChoose()
    {
        var build = await host.BuildAsync(Source);

        Assert.Contains("No language was recognised", build.Failure, StringComparison.Ordinal);
        Assert.Contains("package.json", build.Output, StringComparison.Ordinal);
        Assert.Contains("main.txt", build.Output, StringComparison.Ordinal);
        Assert.Contains("BUILDPACK_NAME", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RefusingBuildpack_AndFailingSteps_SayWhichOne()
    {
        Assert.Contains("does not recognise", (await host.BuildAsync(Source, Variables(host.Pack("refuses", "true", detect: "exit 1")))).Failure, StringComparison.Ordinal);
        var failed = await host.BuildAsync(Source, Variables(host.Pack("fails", "echo the last words >&2; exit 7")));
        Assert.Contains("'Test' failed with exit code 7", failed.Failure, StringComparison.Ordinal);
        Assert.EndsWith("the last words\n", failed.Output, StringComparison.Ordinal);
        Assert.Contains("bin/release", (await host.BuildAsync(Source, Variables(host.Pack("release-fails", "true", release: "echo a: b: c")))).Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BrokenProcfile_FailsBeforeTheBuild_AlsoWhenTheBuildMadeIt()
    {
        var early = await host.BuildAsync(new Dictionary<string, string> { ["Procfile"] = "web: ok\nnot a line\n" }, Variables(host.Pack("never", "echo ran")));
        Assert.Contains("The Procfile is broken: line 2", early.Failure, StringComparison.Ordinal);
        Assert.DoesNotContain("ran", early.Output, StringComparison.Ordinal);
        var late = await host.BuildAsync(Source, Variables(host.Pack("breaks", "echo 'we-b: x' > $1/Procfile")));
        Assert.Contains("line 1", late.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoWebProcess_IsSaid()
    {
        var build = await host.BuildAsync(Source, Variables(host.Pack("no-web", "true")));

        Assert.Empty(build.Value.ProcessTypes);
        Assert.Contains("no default 'web' process", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SameSource_GivesTheSameLayer()
    {
        var pack = host.Pack("same", "mkdir $1/b $1/a; echo x > $1/b/x; ln -s b/x $1/a/link");

        Assert.Equal((await host.BuildAsync(Source, Variables(pack))).Value.LayerDigest, (await host.BuildAsync(Source, Variables(pack))).Value.LayerDigest);
    }

    [Fact]
    public async Task NodeSample_BuildsWithRealDependencies()
    {
        var build = await host.BuildFolderAsync(Path.Combine(TestStack.Repository, "samples/node-hello"));

        Assert.Contains("Node.js app detected", build.Output, StringComparison.Ordinal);
        Assert.True(build.Value.ProcessTypes.ContainsKey("web"));
        Assert.Contains("express", await build.ReadAsync("node_modules/express/package.json"), StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Variables(string buildpack, params (string Name, string Value)[] more)
    {
        var variables = new Dictionary<string, string> { ["BUILDPACK_URL"] = buildpack };
        foreach (var (name, value) in more)
            variables[name] = value;
        return variables;
    }
}
