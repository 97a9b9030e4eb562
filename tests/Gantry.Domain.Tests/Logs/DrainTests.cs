using Gantry.Domain.Logs;

namespace Gantry.Domain.Tests.Logs;

public sealed class DrainTests
{
    [Fact]
    public void Quarantine_TenRefusalsInARow_IsFiveMinutesThenTenThenFifteen()
    {
        var state = new DrainQuarantine();
        foreach (var minutes in new[] { 5, 10, 15, 20 })
        {
            for (var refusal = 1; refusal < 10; refusal++)
            {
                state = state.AfterRefusal();
                Assert.False(state.IsQuarantined);
                Assert.InRange(state.Pause, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2));
            }
            state = state.AfterRefusal();
            Assert.True(state.IsQuarantined);
            Assert.Equal(TimeSpan.FromMinutes(minutes), state.Pause);
        }
    }

    [Fact]
    public void Quarantine_WithoutEnd_IsNeverLongerThanAnHour()
    {
        var state = new DrainQuarantine();
        for (var i = 0; i < 1000; i++) state = state.AfterRefusal();

        Assert.Equal(TimeSpan.FromHours(1), state.Pause);
    }

    [Theory]
    [InlineData("datadog://SeCrEt?region=datadoghq.eu", "SeCrEt", "datadog://…?region=datadoghq.eu")]
    [InlineData("ovh://:SeCrEt@h:6514", "SeCrEt", "ovh://h:6514")]
    [InlineData("https://user:pa%3Ass@h/logs/", "user:pa:ss", "https://h/logs")]
    [InlineData("tcp+tls://h:6514", "", "tcp+tls://h:6514")]
    public void Address_WithASecret_KeepsItAndDoesNotShowIt(string url, string token, string shown)
    {
        var address = LogDrainAddress.Parse(url).Value;

        Assert.Equal((token, shown), (address.Token, address.Shown));
    }
}
