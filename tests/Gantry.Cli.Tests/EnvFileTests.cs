using Gantry.Cli.Output;
using Gantry.Cli.Variables;

namespace Gantry.Cli.Tests;

public sealed class EnvFileTests
{
    [Theory]
    [InlineData("A=1", "1")]
    [InlineData("  export A = 1  ", "1")]
    [InlineData("\uFEFFA=1\r\n", "1")]
    [InlineData("A=a=b==", "a=b==")]
    [InlineData("A=one two # remark", "one two")]
    [InlineData("A=colour#1", "colour#1")]
    [InlineData("A='$x \\n # no remark'", "$x \\n # no remark")]
    [InlineData("A=\"a\\nb\\t\\\"c\\\" \\$d \\\\ \\q\"", "a\nb\t\"c\" $d \\ \\q")]
    [InlineData("A=\"first\nsecond\" # remark", "first\nsecond")]
    [InlineData("A=", "")]
    [InlineData("# remark\n\nA=1\nA=2", "2")]
    public void Parse_OneVariable_HasItsValue(string text, string value) =>
        Assert.Equal(new NameValue("A", value), Assert.Single(EnvFile.Parse(text, "file")));

    [Theory]
    [InlineData("A=1\nnonsense", "line 2")]
    [InlineData("A='no end\nB=2", "has no end")]
    [InlineData("A='x' y", "something follows")]
    [InlineData("=x", "NAME=VALUE")]
    [InlineData("A B=x", "NAME=VALUE")]
    public void Parse_Broken_SaysWhere(string text, string what)
    {
        var error = Assert.Throws<CliError>(() => EnvFile.Parse(text, ".env"));
        Assert.Equal(ExitCode.BadInput, error.Code);
        Assert.Contains(".env", error.Message);
        Assert.Contains(what, error.Message);
    }

    [Theory]
    [InlineData("simple")]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("it's \"quoted\" $HOME \\ and\nlines\tand\rmore")]
    [InlineData("# not a remark")]
    [InlineData("'single'")]
    [InlineData("$OTHER")]
    [InlineData("a`b`")]
    public void Quote_AnyValue_IsReadBack(string value) =>
        Assert.Equal(value, Assert.Single(EnvFile.Parse($"A={EnvFile.Quote(value)}", "file")).Value);
}
