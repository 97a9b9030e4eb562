using System.Net.Sockets;

namespace Gantry.EndToEnd.Tests.Platform;

/// <summary>Waits on conditions, never on time.</summary>
public static class Wait
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task<T> ForAsync<T>(Func<Task<T?>> probe, string what, TimeSpan? limit = null)
    {
        var end = DateTime.UtcNow + (limit ?? TimeSpan.FromSeconds(60));
        Exception? last = null;
        while (DateTime.UtcNow < end)
        {
            try
            {
                if (await probe() is { } value && value is not false)
                    return value;
            }
            catch (Exception e) when (e is HttpRequestException or InvalidOperationException or IOException or SocketException or TaskCanceledException)
            {
                last = e;
            }

            await Task.Delay(Pause);
        }

        throw new TimeoutException($"{what} did not happen in time. {last?.Message}", last);
    }
}
