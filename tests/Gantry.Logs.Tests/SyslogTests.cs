using System.Globalization;
using System.Security.Authentication;
using System.Text;
using Gantry.Agent.Logs.Syslog;
using Gantry.Logs.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Logs.Tests;

public sealed class SyslogTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly Kept _kept;

    public SyslogTests() => _kept = new Kept(_scratch);

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("<30>1 2026-11-24T14:00:00.1Z host TAG 12 TAG - text: a b", "text: a b")]
    [InlineData("<30>1 - - TAG - - [a@1 b=\"x\\\"]y\"][c@1] text", "text")]
    [InlineData("<30>1 - - TAG - - -", "")]
    [InlineData("<165>1 - - TAG - - - \uFEFFwith a mark\n", "with a mark")]
    [InlineData("<13>Nov 24 14:00:00 host TAG[12]: text", "text")]
    [InlineData("<13>Nov 24 14:00:00 TAG: text", "text")]
    [InlineData("<13>2026-11-24T14:00:00.123+00:00 fe80::1 TAG: a: b", "a: b")]
    public void Message_OfEitherKind_GivesTagAndText(string message, string expected)
    {
        Assert.True(SyslogMessage.TryParse(Encoding.UTF8.GetBytes(message), out var tag, out var text));
        Assert.Equal("TAG", Encoding.UTF8.GetString(tag));
        Assert.Equal(expected, Encoding.UTF8.GetString(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<>1 - - TAG - - - x")]
    [InlineData("<1x>1 - - TAG - - - x")]
    [InlineData("<9999>Nov 24 14:00:00 host TAG: x")]
    [InlineData("<30>1 - - TAG")]
    [InlineData("<30>1 - - TAG - - [unfinished")]
    [InlineData("<30>no colon")]
    public void Message_Malformed_IsRefused(string message) => Assert.False(SyslogMessage.TryParse(Encoding.UTF8.GetBytes(message), out _, out _));

    [Fact]
    public async Task Senders_OfBothFramings_AreKeptByTheirTags()
    {
        await using var host = await SyslogHost.StartAsync(_scratch);
        var (web, database) = (host.Register("web-1"), host.Register("postgresql", "c2"));
        await using var stream = await host.ConnectAsync();
        byte[] all = [.. SyslogHost.Counted(web, "one"), .. SyslogHost.Line(database, "two"), .. SyslogHost.Counted(web, "three\n"), .. SyslogHost.Line("nobody", "lost"), .. SyslogHost.Line(web, "four")];
        // Byte by byte: every half frame there can be.
        foreach (var b in all) await stream.WriteAsync(new[] { b }, TestContext.Current.CancellationToken);

        await UntilKept(4);
        Assert.Equal(["one", "three", "four"], (await _kept.Tail(10, "web-1")).Select(line => line.Text));
        Assert.Equal("two", Assert.Single(await _kept.Tail(10, "postgresql")).Text);
        Assert.Equal(1, host.Listener.Counters.UnknownCount);
    }

    [Fact]
    public async Task Sender_OverTls_TrustsTheAuthorityAndGoesOnAfterARestart()
    {
        string tag;
        int port;
        await using (var host = await SyslogHost.StartAsync(_scratch))
        {
            (tag, port) = (host.Register("web-1"), host.Listener.SecureEndpoint.Port);
            await using var stream = await host.ConnectSecurelyAsync();
            await stream.WriteAsync(SyslogHost.Counted(tag, "before"), TestContext.Current.CancellationToken);
            await UntilKept(1);
            await Assert.ThrowsAsync<AuthenticationException>(() => host.ConnectSecurelyAsync("example.org"));
        }
        // Nobody registers it again: the sender has not waited for that.
        await using (var host = await SyslogHost.StartAsync(_scratch))
        {
            Assert.Equal(port, host.Listener.SecureEndpoint.Port);
            await using var stream = await host.ConnectSecurelyAsync();
            await stream.WriteAsync(SyslogHost.Counted(tag, "after"), TestContext.Current.CancellationToken);
            await UntilKept(2);
            Assert.Equal(tag, host.Register("web-1"));
            host.Listener.Complete(tag);
            await stream.WriteAsync(SyslogHost.Counted(tag, "too late"), TestContext.Current.CancellationToken);
            await Until.TrueAsync(() => host.Listener.Counters.UnknownCount == 1, "the tag is forgotten");
        }

        Assert.Equal(["before", "after"], (await _kept.Tail(10)).Select(line => line.Text));
    }

    [Fact]
    public async Task Certificate_TwoThirdsOfItsLifeAreOver_IsRenewedForTheSameAuthority()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await SyslogHost.StartAsync(_scratch, clock: clock);
        await using var first = await host.ConnectSecurelyAsync();
        await using var second = await host.ConnectSecurelyAsync();
        var authority = await File.ReadAllTextAsync(host.Listener.AuthorityPath, TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromDays(61));
        // Its beginning is a day back, so that a sender's clock may be a little slow; this one's is two months slow.
        var certificate = new SyslogCertificate(_scratch.Path("syslog"), [], TimeSpan.FromDays(90), clock);
        var renewed = certificate.Current().TargetCertificate;

        Assert.Equal(first.RemoteCertificate!.GetSerialNumberString(), second.RemoteCertificate!.GetSerialNumberString());
        Assert.True(renewed.NotAfter.ToUniversalTime() > clock.GetUtcNow().UtcDateTime.AddDays(89));
        clock.Advance(TimeSpan.FromDays(61));
        Assert.NotEqual(renewed.SerialNumber, certificate.Current().TargetCertificate.SerialNumber);
        Assert.Equal(authority, await File.ReadAllTextAsync(host.Listener.AuthorityPath, TestContext.Current.CancellationToken));
        Assert.Equal("600", Shell.Run($"stat -c %a {_scratch.Path("syslog", "ca.key")}").Trim());
        Shell.Run($"chmod 644 {_scratch.Path("syslog", "ca.key")}");
        clock.Advance(TimeSpan.FromDays(61));
        Assert.Throws<InvalidOperationException>(certificate.Current);
    }

    [Fact]
    public async Task Message_TooLong_IsCutAndTheRestIsCounted()
    {
        await using var host = await SyslogHost.StartAsync(_scratch, options => options.MaxMessageBytes = 1000);
        var tag = host.Register("web-1");
        await using var stream = await host.ConnectAsync();
        var counted = SyslogHost.Counted(tag, new string('x', 5000));
        var line = SyslogHost.Line(tag, new string('y', 200_000));
        await stream.WriteAsync((byte[])[.. counted, .. line, .. SyslogHost.Line(tag, "short")], TestContext.Current.CancellationToken);

        await UntilKept(5);
        var texts = (await _kept.Tail(10)).Select(l => l.Text).ToList();
        Assert.Equal(5000, texts[0].Length + Cut(texts[1]));
        Assert.Equal(200_000, texts[2].Length + Cut(texts[3]));
        Assert.Equal("short", texts[4]);

        static int Cut(string text) => int.Parse(text.Split(' ')[4], CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task Sender_AboveItsRate_IsCountedExactlyAndOthersAreHeard()
    {
        await using var host = await SyslogHost.StartAsync(_scratch);
        var (loud, quiet) = (host.Register("web-1", "c1", lines: 1000), host.Register("web-2", "c2"));
        await using var flood = await host.ConnectSecurelyAsync();
        byte[] block = [.. Enumerable.Range(0, 1000).SelectMany(i => SyslogHost.Counted(loud, $"{i:D4}"))];
        for (var i = 0; i < 100; i++)
        {
            await flood.WriteAsync(block, TestContext.Current.CancellationToken);
            if (i != 50) continue;
            await using var other = await host.ConnectSecurelyAsync();
            await other.WriteAsync(SyslogHost.Counted(quiet, "hello"), TestContext.Current.CancellationToken);
            await Until.TrueAsync(async () => (await _kept.Tail(1, "web-2")).Count == 1, "the other is heard");
        }

        await Until.TrueAsync(async () => (await _kept.Tail(1, "web-1")).Any(line => line.Text.StartsWith("-- 99000 lines / 495000 bytes were not kept")), "the loss is shown");
        Assert.Equal(1001, (await _kept.Tail(5000, "web-1")).Count);
    }

    private async Task UntilKept(int count) =>
        await Until.TrueAsync(async () => (await _kept.Tail(100)).Count >= count, $"{count} lines are kept");
}
