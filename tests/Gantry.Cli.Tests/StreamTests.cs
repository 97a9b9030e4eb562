using Gantry.Cli.Streams;

namespace Gantry.Cli.Tests;

public sealed class StreamTests
{
    [Fact]
    public void ReplayedText_ReplayInOtherPieces_GivesOnlyTheRest()
    {
        var text = new ReplayedText();
        Assert.Equal("one\n", text.Accept("one\n"));
        Assert.Equal("two\n", text.Accept("two\n"));
        text.Restart();
        Assert.Equal("", text.Accept("on"));
        Assert.Equal("three\n", text.Accept("e\ntwo\nthree\n"));
        Assert.Equal("four\n", text.Accept("four\n"));
    }

    [Fact]
    public void ReplayedText_ServerThatGoesOnInstead_LosesNothing()
    {
        var text = new ReplayedText();
        text.Accept("one\n");
        text.Restart();
        Assert.Equal("two\n", text.Accept("two\n"));
        Assert.Equal("two\n", text.Accept("two\n"));
    }

    [Fact]
    public void ReplayedText_Complete_AddsTheTail()
    {
        var text = new ReplayedText();
        text.Accept("one\n");
        Assert.Equal("two\n", text.Complete("one\ntwo\n"));
        Assert.Equal("", text.Complete("one\ntwo\n"));
        Assert.Equal("", text.Complete("another text altogether\n"));
    }

    [Theory]
    [InlineData("web")]
    [InlineData("web-1|router")]
    [InlineData("one-off-12 | postdeploy-3")]
    public void LogFilter_Sources_Pass(string filter) => Assert.Equal(filter.Replace(" ", ""), LogFilter.Check(filter));

    [Theory]
    [InlineData("")]
    [InlineData("web|")]
    [InlineData("web,worker")]
    public void LogFilter_Nonsense_IsUsageError(string filter) =>
        Assert.Equal(ExitCode.Usage, Assert.Throws<CliError>(() => LogFilter.Check(filter)).Code);

    [Fact]
    public void LogLine_Parse_TakesTheDocumentedFormApart()
    {
        var parsed = LogLine.Parse("2015-02-16 02:02:43.930163178 +0000 UTC [web-1] text [with] brackets");
        Assert.Equal(("2015-02-16 02:02:43.930163178 +0000 UTC", "web-1", "text [with] brackets"), (parsed.Timestamp, parsed.Source, parsed.Text));
        Assert.Equal("anything else", LogLine.Parse("anything else").Text);
    }
}
