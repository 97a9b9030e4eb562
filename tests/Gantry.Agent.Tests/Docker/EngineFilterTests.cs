using Gantry.Agent.Runtime.Docker;
using Gantry.Conformance.Runtime;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Agent.Tests.Docker;

/// <summary>The one rule of Gantry's in a chain of the engine's. This engine sets none, so the test makes the chain.</summary>
[Collection(DockerCollection.Name)]
public sealed class EngineFilterTests(DockerRuntimeHost host)
{
    private static CancellationToken Token => RuntimeHost.Token;

    [Fact]
    public async Task Rule_InTheEnginesChain_IsThereOnce_AndGoesWithTheTable()
    {
        var filter = host.Services.GetRequiredService<PacketFilter>();
        await filter.LetRoutersPassAsync(Token);
        Assert.DoesNotContain("DOCKER-USER", await RuntimeHost.ShellAsync("iptables -S"));

        await RuntimeHost.ShellAsync("iptables -N DOCKER-USER");
        try
        {
            await filter.LetRoutersPassAsync(Token);
            await filter.LetRoutersPassAsync(Token);
            var made = await RuntimeHost.ShellAsync("iptables -S DOCKER-USER");
            await filter.RemoveAsync(Token);
            var left = await RuntimeHost.ShellAsync("iptables -S DOCKER-USER");

            Assert.Single(made.Split('\n'), line => line.StartsWith("-A DOCKER-USER -o g", StringComparison.Ordinal) && line.EndsWith("v+ -j ACCEPT", StringComparison.Ordinal));
            Assert.Equal("-N DOCKER-USER", left.Trim());
        }
        finally
        {
            await filter.EnsureAsync(Token);
            await RuntimeHost.ShellAsync("iptables -F DOCKER-USER; iptables -X DOCKER-USER");
        }
    }

    /// <summary>What the real engine does after a power cut: it comes back with networks of before and makes the chain with the next one.</summary>
    [Fact]
    public async Task Chain_ThatTheEngineMakesOnlyWithANetwork_HasTheRuleBeforeTheContainerRuns()
    {
        var filter = host.Services.GetRequiredService<PacketFilter>();
        await filter.LetRoutersPassAsync(Token);
        await RuntimeHost.ShellAsync("iptables -N DOCKER-USER");
        try
        {
            var (status, _) = await host.RunAsync("true");

            Assert.Equal(0, status.ExitCode);
            Assert.Contains("v+ -j ACCEPT", await RuntimeHost.ShellAsync("iptables -S DOCKER-USER"), StringComparison.Ordinal);
        }
        finally
        {
            await filter.RemoveAsync(Token);
            await filter.EnsureAsync(Token);
            await RuntimeHost.ShellAsync("iptables -F DOCKER-USER; iptables -X DOCKER-USER");
        }
    }
}
