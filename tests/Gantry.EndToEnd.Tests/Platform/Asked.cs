using System.Diagnostics;
using System.Net;

namespace Gantry.EndToEnd.Tests.Platform;

/// <summary>What became of requests that were made one after another, without a pause.</summary>
public sealed record Asked(int Answered, TimeSpan Slowest, IReadOnlyList<string> Failed)
{
    /// <summary>Asks until it is told to end. Everything but an answer with 200 is a failure.</summary>
    public static async Task<Asked> UntilAsync(Func<Task<(HttpStatusCode Status, string Body)>> ask, CancellationToken end)
    {
        var (answered, slowest, failed) = (0, TimeSpan.Zero, new List<string>());
        while (!end.IsCancellationRequested)
        {
            var began = Stopwatch.GetTimestamp();
            try
            {
                var (status, body) = await ask();
                if (status == HttpStatusCode.OK)
                    answered++;
                else
                    failed.Add($"{(int)status} {body.Split('\n')[0]}");
            }
            catch (HttpRequestException e)
            {
                failed.Add(e.Message);
            }

            if (Stopwatch.GetElapsedTime(began) is var took && took > slowest)
                slowest = took;
        }

        return new Asked(answered, slowest, failed);
    }
}
