using Gantry.Cli.Containers;

namespace Gantry.Cli.Tests;

public sealed class ScaleExpressionTests
{
    [Theory]
    [InlineData("web:2", "web", 2, false, null)]
    [InlineData("web:2:l", "web", 2, false, "L")]
    [InlineData("web:+1", "web", 1, true, null)]
    [InlineData("web:-1:XL", "web", -1, true, "XL")]
    [InlineData("worker+3", "worker", 3, true, null)]
    [InlineData("worker-3", "worker", -3, true, null)]
    [InlineData("worker+1:2XL", "worker", 1, true, "2XL")]
    [InlineData("web::XL", "web", null, false, "XL")]
    [InlineData("web:0", "web", 0, false, null)]
    public void Parse_EveryForm_IsUnderstood(string text, string type, int? amount, bool relative, string? size) =>
        Assert.Equal(new ScaleExpression(type, amount, relative, size), ScaleExpression.Parse(text));

    [Theory]
    [InlineData("web")]
    [InlineData("web:")]
    [InlineData("web:two")]
    [InlineData(":2")]
    [InlineData("web:2:")]
    [InlineData("we_b:2")]
    [InlineData("web:2:L:x")]
    [InlineData("web:1234567")]
    public void Parse_NoForm_IsUsageErrorThatNamesTheForms(string text)
    {
        var error = Assert.Throws<CliError>(() => ScaleExpression.Parse(text));
        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.Contains("TYPE:AMOUNT", error.Hint);
    }

    [Fact]
    public void Target_Relative_CountsFromThePresent()
    {
        Assert.Equal(3, ScaleExpression.Parse("web+1").Target(2));
        Assert.Equal(1, ScaleExpression.Parse("web-1").Target(2));
        Assert.Equal(2, ScaleExpression.Parse("web::L").Target(2));
        Assert.Equal(ExitCode.Usage, Assert.Throws<CliError>(() => ScaleExpression.Parse("web-3").Target(2)).Code);
    }
}
