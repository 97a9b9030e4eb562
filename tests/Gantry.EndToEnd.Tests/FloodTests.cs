using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

/// <summary>Apps that write far too much, and what nobody should see.</summary>
[Collection("platform")]
public sealed partial class FloodTests(GantryPlatform platform)
{
    private const int Lines = 10_000_000; // of 100 bytes: a gigabyte

    [Fact]
    public async Task GigabyteToStdout_IsCountedToTheLineAndTheAppServes()
    {
        var app = await DeployAsync("flood");

        var run = platform.CliAsync("run", "--app", app, "-d", $"yes $(printf %099d 0) | head -n {Lines}; echo the very end");
        Assert.Equal(HttpStatusCode.OK, (await platform.GetAsync(app)).Status);
        (await run).ExpectSuccess();
        await Wait.ForAsync<object>(async () => (await LogAsync(app)).Contains("the very end", StringComparison.Ordinal) ? app : null, "the last words in the log", TimeSpan.FromMinutes(3));

        // Where the one-off lived through more than one minute there is a notice for each.
        var log = (await LogAsync(app)).Split('\n').Where(line => line.Contains("one-off-1", StringComparison.Ordinal)).ToList();
        var lost = log.Select(line => Notice().Match(line)).Where(m => m.Success).Sum(m => long.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture));
        var kept = log.Count(line => line.EndsWith("000", StringComparison.Ordinal));
        Assert.Equal(Lines, lost + kept);
        Assert.InRange(kept, 16_384, 3 * 16_500);
        await platform.DestroyAsync(app);
    }

    [Fact]
    public async Task BinaryAndALineOfAMegabyte_AreReadableAndHarmlessToATerminal()
    {
        var app = await DeployAsync("binary");

        (await platform.CliAsync("run", "--app", app, "-d", "printf '\\033]0;title\\007\\000\\377\\n'; head -c 1M /dev/zero | tr '\\0' x; echo; echo after it")).ExpectSuccess();
        await Wait.ForAsync<object>(async () => (await LogAsync(app)).Contains("after it", StringComparison.Ordinal) ? app : null, "the line after it");

        var log = await LogAsync(app);
        Assert.DoesNotContain("\u001b]", log, StringComparison.Ordinal);
        Assert.DoesNotContain('\0', log);
        Assert.Contains("␛]0;title", log, StringComparison.Ordinal);
        Assert.Equal(1 << 20, log.Split('\n').Where(line => line.Contains("xxx", StringComparison.Ordinal)).Sum(line => line.Count(c => c == 'x')));
        await platform.DestroyAsync(app);
    }

    private async Task<string> DeployAsync(string prefix)
    {
        var app = await platform.CreateAppAsync(prefix);
        using var source = await TinyApps.WebAsync(platform);
        (await source.PushAsync(app)).ExpectSuccess();
        return app;
    }

    private async Task<string> LogAsync(string app) => (await platform.CliAsync("logs", "--app", app, "-n", "100000")).ExpectSuccess().Output;

    [GeneratedRegex(@"-- (\d+) lines / \d+ bytes were not kept: the container wrote more")]
    private static partial Regex Notice();
}
