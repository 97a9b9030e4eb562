namespace Gantry.Cli.Tests.Support;

internal static class Until
{
    /// <summary>Waits for a condition, up to a deadline.</summary>
    public static async Task TrueAsync(Func<bool> condition, string what)
    {
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < deadline, $"Waited in vain for: {what}");
            await Task.Delay(20);
        }
    }
}
