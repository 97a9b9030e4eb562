using Xunit;

namespace Gantry.Control.Tests.Platform;

/// <summary>Waits on conditions of the records.</summary>
internal static class Until
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        while (!await condition())
        {
            if (limit.IsCancellationRequested)
                throw new TimeoutException($"This did not happen within {Limit.TotalSeconds:0} s: {what}");
            await Task.Delay(10, CancellationToken.None);
        }
    }
}
