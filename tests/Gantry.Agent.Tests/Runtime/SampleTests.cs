using Gantry.Agent.Runtime;
using Gantry.Agent.Tests.Support;

namespace Gantry.Agent.Tests.Runtime;

/// <summary>What the kernel counts of a container, as the sampler reads it.</summary>
public sealed class SampleTests(TestHost host)
{
    private static CancellationToken Token => TestHost.Token;

    [Fact]
    public async Task Sample_OfTraffic_IsWhatTheContainerSeesOfItself()
    {
        var spec = host.Spec(
            """
            own=$(sed -n 's/[ \t]*web-1.*//p' /etc/hosts)
            for i in 1 2 3 4; do nc -w 1 ${own%.*}.254 9 < /dev/null; done
            sed -n 's/.*eth0: *//p' /proc/net/dev; echo all sent; sleep 1000
            """);
        await host.Runtime.StartAsync(spec, Token);
        try
        {
            await Until.TrueAsync(() => host.Output(spec).Contains("all sent\n", StringComparison.Ordinal), "the end of the traffic");
            var columns = host.Output(spec).Split('\n')[^3].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var usage = await FindAsync(spec);
            Assert.True(usage!.SentBytes > 4 * 40, usage + host.Output(spec));
            Assert.Equal((columns[0], columns[8]), ($"{usage.ReceivedBytes}", $"{usage.SentBytes}"));
        }
        finally
        {
            await host.Runtime.RemoveAsync(spec.Id, CancellationToken.None);
        }

        Assert.Null(await FindAsync(spec));
    }

    [Fact]
    public async Task Uptimes_OfAContainer_OutliveTheAgentAndMeasureItsLife()
    {
        var spec = host.Spec("sleep 1000");
        var started = await host.Runtime.StartAsync(spec, Token);
        await host.ReplaceAgentAsync();
        var adopted = (await host.Runtime.ListAsync(Token)).Single(s => s.Id == spec.Id);
        await host.Runtime.SignalAsync(spec.Id, 9, Token);
        var ended = await host.Runtime.WaitAsync(spec.Id, Token);
        await host.Runtime.RemoveAsync(spec.Id, Token);

        Assert.NotNull(started.StartedUptime);
        Assert.Equal(started.StartedUptime, adopted.StartedUptime);
        Assert.Null(adopted.ExitedUptime);
        var life = (ended.ExitedUptime - ended.StartedUptime)!.Value;
        Assert.InRange(life - (ended.ExitedAt - ended.StartedAt)!.Value, TimeSpan.FromSeconds(-0.5), TimeSpan.FromSeconds(0.5));
    }

    private async Task<ContainerUsage?> FindAsync(ContainerSpec spec) =>
        (await host.Runtime.SampleAsync(Token)).SingleOrDefault(u => u.Id == spec.Id);
}
