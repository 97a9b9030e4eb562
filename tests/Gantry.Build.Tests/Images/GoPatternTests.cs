using Gantry.Build.Images;
using Xunit;

namespace Gantry.Build.Tests.Images;

/// <summary>Most cases are those of Go's own test of filepath.Match.</summary>
public sealed class GoPatternTests
{
    [Theory]
    [InlineData("abc", "abc", true)]
    [InlineData("*", "abc", true)]
    [InlineData("*c", "abc", true)]
    [InlineData("a*", "a", true)]
    [InlineData("a*", "ab/c", false)]
    [InlineData("a*/b", "abc/b", true)]
    [InlineData("a*/b", "a/c/b", false)]
    [InlineData("a*b*c*d*e*/f", "axbxcxdxe/f", true)]
    [InlineData("a*b*c*d*e*/f", "axbxcxdxexxx/f", true)]
    [InlineData("a*b*c*d*e*/f", "axbxcxdxe/xxx/f", false)]
    [InlineData("a*b*c*d*e*/f", "axbxcxdxexxx/fff", false)]
    [InlineData("a*b?c*x", "abxbbxdbxebxczzx", true)]
    [InlineData("a*b?c*x", "abxbbxdbxebxczzy", false)]
    [InlineData("ab[c]", "abc", true)]
    [InlineData("ab[b-d]", "abc", true)]
    [InlineData("ab[e-g]", "abc", false)]
    [InlineData("ab[^c]", "abc", false)]
    [InlineData("ab[^b-d]", "abc", false)]
    [InlineData("ab[^e-g]", "abc", true)]
    [InlineData(@"a\*b", "a*b", true)]
    [InlineData(@"a\*b", "ab", false)]
    [InlineData("a?b", "a☺b", true)]
    [InlineData("a[^a]b", "a☺b", true)]
    [InlineData("a???b", "a☺b", false)]
    [InlineData("[a-ζ]*", "α", true)]
    [InlineData("*[a-ζ]", "A", false)]
    [InlineData("a?b", "a/b", false)]
    [InlineData("a*b", "a/b", false)]
    [InlineData(@"[\]a]", "]", true)]
    [InlineData(@"[\-]", "-", true)]
    [InlineData(@"[x\-]", "x", true)]
    [InlineData(@"[\-x]", "a", false)]
    [InlineData("*x", "xxx", true)]
    [InlineData("", "", true)]
    public void Match_IsThatOfGo(string pattern, string text, bool expected)
    {
        Assert.True(GoPattern.IsValid(pattern));
        Assert.Equal(expected, GoPattern.Match(pattern, text));
    }

    [Theory]
    [InlineData("[]a]")]
    [InlineData("[-]")]
    [InlineData("[x-]")]
    [InlineData("[-x]")]
    [InlineData("[a-b-c]")]
    [InlineData("[")]
    [InlineData("[^")]
    [InlineData("[^bc")]
    [InlineData("a[")]
    [InlineData(@"a\")]
    public void BrokenPattern_IsNotValid(string pattern) => Assert.False(GoPattern.IsValid(pattern));

    [Fact]
    public void SlugIgnore_ExcludesFoldersWithAllInThem()
    {
        var ignore = SlugIgnore.Parse("# comment\n*.psd\n/docs/\n\ntest/*.log\r\n[bad\n");

        Assert.Equal(["[bad"], ignore.Broken);
        Assert.True(ignore.Excludes("a.psd"));
        Assert.True(ignore.Excludes("docs"));
        Assert.True(ignore.Excludes("docs/deep/file"));
        Assert.True(ignore.Excludes("test/x.log"));
        Assert.False(ignore.Excludes("sub/a.psd"));
        Assert.False(ignore.Excludes("documents/x"));
        Assert.False(ignore.Excludes("test/sub/x.log"));
    }
}
