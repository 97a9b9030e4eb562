using CsCheck;
using Gantry.Domain.Apps;

namespace Gantry.Domain.Tests.Apps;

public sealed class VariableRulesTests
{
    [Theory]
    [InlineData("A", "")]
    [InlineData("DATABASE_URL", "postgres://u:p@h/db")]
    [InlineData("lower_case9", "line\nline")]
    [InlineData("9LIVES", "é☃")]
    public void Variable_WithinTheRules_IsTaken(string name, string value) => Assert.Null(VariableRules.Check(name, value));

    [Theory]
    [InlineData(null, "1", "name", "can't be blank")]
    [InlineData("", "1", "name", "can't be blank")]
    [InlineData("_A", "1", "name", "may not start with an underscore")]
    [InlineData("A-B", "1", "name", "may only contain letters, digits and underscores")]
    [InlineData("A B", "1", "name", "may only contain letters, digits and underscores")]
    [InlineData("É", "1", "name", "may only contain letters, digits and underscores")]
    [InlineData("A=B", "1", "name", "may only contain letters, digits and underscores")]
    [InlineData("A", null, "value", "can't be blank")]
    [InlineData("A", "x\0y", "value", "may not contain a NUL character")]
    public void Variable_OutsideTheRules_IsRefusedByField(string? name, string? value, string field, string message)
    {
        var refusal = VariableRules.Check(name, value)!;
        Assert.Equal((field, message), (refusal.Field, refusal.Message));
    }

    [Theory]
    [InlineData(64, 32768, null)]
    [InlineData(65, 1, "name")]
    [InlineData(1, 32769, "value")]
    public void Variable_OfAnyLength_IsHeldToTheLimits(int nameLength, int valueLength, string? field) =>
        Assert.Equal(field, VariableRules.Check(new string('A', nameLength), new string('x', valueLength))?.Field);

    [Fact]
    public void Alias_OfAnother_TakesItsValue() =>
        Assert.Equal("postgres://x", Resolve(("URL", "$SCALINGO_URL"), ("SCALINGO_URL", "postgres://x"))["URL"]);

    [Fact]
    public void Alias_OfAnAlias_IsFollowedToItsEnd() =>
        Assert.Equal("1", Resolve(("A", "$B"), ("B", "$C"), ("C", "1"))["A"]);

    [Theory]
    [InlineData("$MISSING")]
    [InlineData("$")]
    [InlineData("$$B")]
    [InlineData("x$B")]
    [InlineData("$B ")]
    [InlineData("${B}")]
    public void Value_ThatIsNoWholeAlias_IsLeftAsWritten(string value) =>
        Assert.Equal(value, Resolve(("A", value), ("B", "1"))["A"]);

    [Fact]
    public void Aliases_InACircle_AreLeftAsWritten()
    {
        var resolved = Resolve(("A", "$B"), ("B", "$C"), ("C", "$B"), ("SELF", "$SELF"));
        Assert.Equal(("$B", "$C", "$B", "$SELF"), (resolved["A"], resolved["B"], resolved["C"], resolved["SELF"]));
    }

    [Fact]
    public void Variables_WithAnyAliases_ResolveToWhatSomebodyWrote()
    {
        var value = Gen.OneOf(Gen.Int[0, 9].Select(i => $"$V{i}"), Gen.String[Gen.Char.AlphaNumeric, 0, 3]);
        value.Array[10].Sample(values =>
        {
            var resolved = Resolve([.. values.Select((v, i) => ($"V{i}", v))]);
            return resolved.Count == 10 && resolved.Values.All(values.Contains);
        });
    }

    private static IReadOnlyDictionary<string, string> Resolve(params (string Name, string Value)[] variables) =>
        VariableRules.Resolve(variables.Select(v => new Variable(new VariableId(v.Name), v.Name, v.Value)));
}
