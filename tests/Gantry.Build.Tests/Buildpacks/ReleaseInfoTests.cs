using Gantry.Build.Buildpacks;
using Xunit;

namespace Gantry.Build.Tests.Buildpacks;

public sealed class ReleaseInfoTests
{
    [Fact]
    public void Release_OfTheContract_IsRead()
    {
        var release = ReleaseInfo.Parse("""
            ---
            addons:
              - heroku-postgresql:dev
            config_vars:
              LANG: en_US.UTF-8
              RACK_ENV: "production"
            default_process_types:
              web: bin/rails server -p ${PORT:-5000} -e $RAILS_ENV
              'console': 'it''s: quoted'
            """).Value;

        Assert.Equal(["heroku-postgresql:dev"], release.Addons);
        Assert.Equal("production", release.ConfigVars["RACK_ENV"]);
        Assert.Equal("bin/rails server -p ${PORT:-5000} -e $RAILS_ENV", release.ProcessTypes["web"]);
        Assert.Equal("it's: quoted", release.ProcessTypes["console"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("---\n")]
    [InlineData("--- {}\n")]
    [InlineData("---\naddons: []\nconfig_vars: {}\ndefault_process_types: {}\n")]
    [InlineData("---\naddons:\nconfig_vars:\ndefault_process_types:\n")]
    public void Release_WithNothing_IsEmpty(string text)
    {
        var release = ReleaseInfo.Parse(text).Value;

        Assert.Empty(release.Addons);
        Assert.Empty(release.ConfigVars);
        Assert.Empty(release.ProcessTypes);
    }

    [Theory]
    [InlineData("default_process_types:\n  web: a\n  web: b\n")]
    [InlineData("just a sentence")]
    [InlineData("a: [1, 2")]
    [InlineData("a: b: c")]
    public void Release_ThatIsNoYaml_SaysWhoseFaultItIs(string text) =>
        Assert.Contains("bin/release", ReleaseInfo.Parse(text).Refusal?.Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("./services//web/", "services/web")]
    [InlineData("/web", "web")]
    public void ProjectDirectory_IsCleaned(string? value, string expected) => Assert.Equal(expected, ProjectDirectory.Parse(value).Value);

    [Fact]
    public void ProjectDirectory_OutOfTheSource_IsRefused() =>
        Assert.Contains("PROJECT_DIR", ProjectDirectory.Parse("a/../../b").Refusal?.Message, StringComparison.Ordinal);
}
