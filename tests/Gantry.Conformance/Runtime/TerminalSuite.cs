using System.Text;
using Gantry.Agent.Runtime;
using Gantry.Tests;
using Xunit;

namespace Gantry.Conformance.Runtime;

/// <summary>Containers whose terminal belongs to whoever attaches.</summary>
public abstract class TerminalSuite(RuntimeHost host)
{
    private static CancellationToken Token => RuntimeHost.Token;

    [Fact]
    public async Task Terminal_WaitsForItsUser_AndPassesSizeInputAndExitCode()
    {
        var spec = host.Spec("echo hi; read answer; echo \"got $answer\"; stty size; exit 8") with { Terminal = true };
        Assert.Equal(RuntimeState.Created, (await host.Runtime.StartAsync(spec, Token)).State);
        await using (var terminal = await host.Runtime.AttachAsync(spec.Id, Token))
        {
            terminal.Resize(101, 37);
            await terminal.WriteAsync("forty-two\n"u8.ToArray(), Token);
            var text = await ReadAllAsync(terminal);
            Assert.Contains("hi\r\n", text);
            Assert.Contains("got forty-two\r\n37 101\r\n", text);
        }
        Assert.Equal(8, (await host.Runtime.WaitAsync(spec.Id, Token)).ExitCode);
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

    [Fact]
    public async Task Terminal_ThatHangsUp_EndsTheShell()
    {
        var spec = host.Spec("exec sh") with { Terminal = true };
        await host.Runtime.StartAsync(spec, Token);
        await (await host.Runtime.AttachAsync(spec.Id, Token)).DisposeAsync();
        var status = await host.Runtime.WaitAsync(spec.Id, Token).WaitAsync(Until.Limit, Token);
        Assert.Equal(RuntimeState.Exited, status.State);
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

    [Fact]
    public async Task Attach_Twice_IsRefused()
    {
        var spec = host.Spec("sleep 60") with { Terminal = true };
        await host.Runtime.StartAsync(spec, Token);
        await using var terminal = await host.Runtime.AttachAsync(spec.Id, Token);
        await Assert.ThrowsAsync<RuntimeException>(() => host.Runtime.AttachAsync(spec.Id, Token));
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

    [Fact]
    public async Task Terminal_RemovedBeforeAnyoneCame_EndsItsWaiters()
    {
        var spec = host.Spec("true") with { Terminal = true };
        await host.Runtime.StartAsync(spec, Token);
        var waiting = host.Runtime.WaitAsync(spec.Id, Token);
        await host.Runtime.RemoveAsync(spec.Id, Token);
        Assert.Equal(RuntimeState.Exited, (await waiting.WaitAsync(Until.Limit, Token)).State);
    }

    internal static async Task<string> ReadAllAsync(ITerminal terminal)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        for (int count; (count = await terminal.ReadAsync(buffer, Token)) > 0;)
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        return text.ToString();
    }
}
