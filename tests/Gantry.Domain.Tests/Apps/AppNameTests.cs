using System.Text.RegularExpressions;
using CsCheck;
using Gantry.Domain.Apps;

namespace Gantry.Domain.Tests.Apps;

public sealed class AppNameTests
{
    private static readonly Gen<string> _nearlyNames = Gen.Char["ab09-A_."].Array[0, 50].Select(c => new string(c));

    [Theory]
    [InlineData("my-app")]
    [InlineData("123456")]
    [InlineData("a23456789-123456789-123456789-123456789-12345678")]
    public void Name_WithinTheRules_IsTaken(string text) => Assert.Equal(text, AppName.Parse(text).Value.Value);

    [Theory]
    [InlineData(null, "can't be blank")]
    [InlineData("", "can't be blank")]
    [InlineData("short", "is too short (minimum is 6 characters)")]
    [InlineData("a23456789-123456789-123456789-123456789-123456789", "is too long (maximum is 48 characters)")]
    [InlineData("My-App", "may only contain lower-case letters, digits and hyphens")]
    [InlineData("my_app", "may only contain lower-case letters, digits and hyphens")]
    [InlineData("my.app.x", "may only contain lower-case letters, digits and hyphens")]
    [InlineData("müsli-app", "may only contain lower-case letters, digits and hyphens")]
    [InlineData("my-app\n", "may only contain lower-case letters, digits and hyphens")]
    [InlineData("-my-app", "may not start or end with a hyphen")]
    [InlineData("my-app-", "may not start or end with a hyphen")]
    [InlineData("my--app", "may not contain two hyphens in a row")]
    public void Name_OutsideTheRules_IsRefusedWithTheRule(string? text, string message)
    {
        var refusal = AppName.Parse(text).Refusal!;
        Assert.Equal((RefusalKind.Invalid, "name", message), (refusal.Kind, refusal.Field, refusal.Message));
    }

    [Fact]
    public void Name_Taken_IsAlwaysAValidHostLabel() =>
        _nearlyNames.Sample(text => AppName.Parse(text).IsSuccess == Regex.IsMatch(text, @"\A(?=.{6,48}\z)[a-z0-9]+(-[a-z0-9]+)*\z"));
}
