namespace Gantry.Domain.Tests;

public sealed class OutcomeTests
{
    [Fact]
    public void Outcome_OfAValue_IsSuccess()
    {
        Outcome<int> outcome = 3;
        Assert.True(outcome.IsSuccess);
        Assert.Equal(3, outcome.Value);
    }

    [Fact]
    public void Outcome_OfARefusal_HasNoValueAndSaysWhy()
    {
        Outcome<int> outcome = Refusal.Invalid("name", "can't be blank");
        Assert.False(outcome.IsSuccess);
        Assert.Equal("name: can't be blank", Assert.Throws<InvalidOperationException>(() => outcome.Value).Message);
    }

    [Fact]
    public void Refusal_WithoutField_IsOnlyItsSentence() =>
        Assert.Equal("Not now.", Refusal.Conflict("Not now.").ToString());
}
