using System.Text;
using Gantry.Agent.Runtime;
using Gantry.Domain;
using Gantry.Tests;
using Xunit;

namespace Gantry.Conformance.Runtime;

/// <summary>Files that somebody elsewhere gives to a container.</summary>
public abstract class UploadSuite(RuntimeHost host)
{
    private const long Limit = 1 << 20;

    private static CancellationToken Token => RuntimeHost.Token;

    [Fact]
    public async Task PutFile_BeforeItsUser_IsThereAndTheLastOfItsNameCounts()
    {
        var spec = host.Spec("cat /tmp/uploads/a; echo; wc -c < '/tmp/uploads/b c'; echo mine >> /tmp/uploads/a && echo written") with { Terminal = true };
        await host.Runtime.StartAsync(spec, Token);

        Assert.Equal(5, (await PutAsync(spec, "a", "first")).Value);
        Assert.Equal(6, (await PutAsync(spec, "a", "second")).Value);
        Assert.Equal(Limit, (await PutAsync(spec, "b c", new string('x', (int)Limit))).Value);
        Assert.Equal(0, (await PutAsync(spec, "empty", "")).Value);

        Assert.Equal(RuntimeState.Created, (await host.Runtime.ListAsync(Token)).Single(c => c.Id == spec.Id).State);
        Assert.Equal($"second\r\n{Limit}\r\nwritten\r\n", await AttachAsync(spec));
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

    [Fact]
    public async Task PutFile_ThatMayNotBe_IsRefusedAndNotThere()
    {
        var spec = host.Spec("ls -1A /tmp/uploads; ls -1d /tmp/up /tmp/n* 2> /dev/null; echo and no more") with { Terminal = true };
        await host.Runtime.StartAsync(spec, Token);

        var large = await PutAsync(spec, "large", new string('x', (int)Limit + 1));
        var huge = await PutAsync(spec, "huge", new string('x', 20 * (int)Limit));
        var names = new List<string?>();
        foreach (var name in new[] { "", ".", "..", "../up", "a/b", "new\nline", new string('n', 256) })
            names.Add((await PutAsync(spec, name, "x")).Refusal?.Message);

        Assert.Equal($"large is larger than the limit of {Limit} bytes", large.Refusal?.Message);
        Assert.Equal($"huge is larger than the limit of {Limit} bytes", huge.Refusal?.Message);
        Assert.All(names, n => Assert.Equal("has no usable name", n));
        Assert.Equal("and no more\r\n", await AttachAsync(spec));
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

    [Fact]
    public async Task PutFile_LargerThanTheDisk_IsRefusedAndLeavesTheRoom()
    {
        var spec = host.Spec("ls -A /tmp/uploads") with { Terminal = true };
        await host.Runtime.StartAsync(spec, Token);

        using var content = new MemoryStream(new byte[80 << 20]);
        var refused = await host.Runtime.PutFileAsync(spec.Id, "big", content, 100 << 20, Token);
        using var half = new MemoryStream(new byte[30 << 20]);
        var stored = await host.Runtime.PutFileAsync(spec.Id, "half", half, 100 << 20, Token);

        Assert.Contains("there is no room left for big", refused.Refusal?.Message);
        Assert.Equal(30 << 20, stored.Value);
        Assert.Equal("half\r\n", await AttachAsync(spec));
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

    [Fact]
    public async Task PutFile_WhoseSenderGoesAway_IsNotThere()
    {
        var spec = host.Spec("while [ -e /tmp/uploads/half ]; do sleep 0.1; done; ls -A /tmp/uploads") with { Terminal = true };
        await host.Runtime.StartAsync(spec, Token);
        await PutAsync(spec, "whole", "x");

        await Assert.ThrowsAsync<IOException>(() => host.Runtime.PutFileAsync(spec.Id, "half", new BrokenStream(3 << 18), Limit, Token));

        Assert.Equal("whole\r\n", await AttachAsync(spec));
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

    [Fact]
    public async Task PutFile_WhereTheTenantLeftALink_IsRefused()
    {
        var spec = host.Spec("ln -s /etc /tmp/uploads; echo made; sleep 60");
        await host.Runtime.StartAsync(spec, Token);
        await host.OutputAsync(spec, "made\n");

        var refused = await PutAsync(spec, "passwd", "x");

        Assert.Contains("'uploads' in the container is not usable", refused.Refusal?.Message);
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

    [Fact]
    public async Task PutFile_ToAContainerThatIsNotThere_Fails() =>
        await Assert.ThrowsAsync<RuntimeException>(() => PutAsync(host.Spec("true"), "a", "x"));

    private Task<Outcome<long>> PutAsync(ContainerSpec spec, string name, string text) =>
        host.Runtime.PutFileAsync(spec.Id, name, new MemoryStream(Encoding.UTF8.GetBytes(text)), Limit, Token);

    /// <summary>All that a waiting container shows.</summary>
    private async Task<string> AttachAsync(ContainerSpec spec)
    {
        await using var terminal = await host.Runtime.AttachAsync(spec.Id, Token);
        return await TerminalSuite.ReadAllAsync(terminal);
    }

    /// <summary>So many bytes, and then no end.</summary>
    private sealed class BrokenStream(int bytes) : MemoryStream(new byte[bytes])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var count ? count : throw new IOException("The sender is gone.");
    }
}
