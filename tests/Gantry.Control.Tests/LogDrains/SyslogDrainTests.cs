using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Gantry.Control.LogDrains;
using Microsoft.Extensions.Options;
using Xunit;

namespace Gantry.Control.Tests.LogDrains;

public sealed class SyslogDrainTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gantry-drains-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    [InlineData("tcp+tls")]
    public async Task Rsyslog_OfEachTransport_GetsEveryLineWithAppSourceAndToken(string scheme)
    {
        using var certificate = LoopbackCertificate.Make(_folder);
        await using var rsyslog = new RsyslogReceiver(_folder, scheme);
        await rsyslog.StartAsync();
        await using var host = await DrainHost.StartAsync(_folder, o => o.AuthorityPath = Path.Combine(_folder, "cert.pem"));
        host.Write(0, 10);
        await host.AddAsync($"{scheme}://:to%5Dken@127.0.0.1:{rsyslog.Port}");
        // A burst of datagrams may be dropped by the kernel; a paced one is not.
        for (var i = 0; i < 20; i++)
        {
            host.Write(10 + i * 20, 20);
            if (scheme == "udp") await Until.TrueAsync(() => rsyslog.Lines.Length >= (i + 1) * 20, "the lines so far have arrived");
        }

        await Until.TrueAsync(() => rsyslog.Lines.Length >= 400, "all have arrived");
        Assert.Equal(Lines(rsyslog, 400), rsyslog.Lines.SkipWhile(line => !line.Contains("line 10:")).Where(line => line.Contains("line ")));

        static IEnumerable<string> Lines(RsyslogReceiver receiver, int count)
        {
            var head = receiver.Lines[0][..receiver.Lines[0].LastIndexOf('|')];
            Assert.EndsWith("|web-1|[gantry@32473 token=\"to\\]ken\"]", head);
            return Enumerable.Range(10, count).Select(i => $"{head}|line {i}: grün \"quoted\"");
        }
    }

    [Fact]
    public async Task Rsyslog_OverTls_DaemonAndReceiverRestarted_GetsEveryLineOnce()
    {
        using var certificate = LoopbackCertificate.Make(_folder);
        await using var rsyslog = new RsyslogReceiver(_folder, "tcp+tls");
        await rsyslog.StartAsync();
        void Trust(LogDrainOptions o) => o.AuthorityPath = Path.Combine(_folder, "cert.pem");
        await using (var first = await DrainHost.StartAsync(_folder, Trust))
        {
            await first.AddAsync($"tcp+tls://127.0.0.1:{rsyslog.Port}");
            first.Write(0, 200);
            await Until.TrueAsync(() => rsyslog.Lines.Length >= 200, "the first lines have arrived");
            await Until.TrueAsync(async () => (await first.Drains.FindAsync($"tcp+tls://127.0.0.1:{rsyslog.Port}", default))!.Cursor.EndsWith(".200"), "and are noted");
        }
        // The log grows while nobody sends.
        await using (var silent = await DrainHost.StartAsync(_folder, Trust, serves: false)) silent.Write(200, 200);
        await using (var second = await DrainHost.StartAsync(_folder, Trust))
        {
            await Until.TrueAsync(() => rsyslog.Lines.Length >= 400, "the lines of meanwhile have arrived");
            await rsyslog.StopAsync();
            second.Write(400, 200);
            await rsyslog.StartAsync();
            await Until.TrueAsync(() => rsyslog.Lines.Length >= 600, "the lines for the receiver that was away have arrived");
        }

        Assert.Equal(Enumerable.Range(0, 600).Select(i => $"line {i}: grün \"quoted\""), rsyslog.Lines.Select(line => line.Split('|')[^1]));
    }

    [Fact]
    public async Task Receiver_WithACertificateOfNobodyKnown_GetsNothingAndTheAppIsTold()
    {
        using var certificate = LoopbackCertificate.Make(_folder);
        await using var rsyslog = new RsyslogReceiver(_folder, "tcp+tls");
        await rsyslog.StartAsync();
        await using var host = await DrainHost.StartAsync(_folder);
        await host.AddAsync($"tcp+tls://127.0.0.1:{rsyslog.Port}");
        host.Write(0, 1);

        await Until.TrueAsync(async () => (await host.ToldAsync()).Any(told => told.Contains("is not tried for 5 minutes") && told.Contains("no TLS that can be trusted")), "the app is told");
        Assert.Empty(rsyslog.Lines);
    }

    [Fact]
    public async Task Gelf_OverTls_EndsEachMessageWithAZero()
    {
        using var certificate = LoopbackCertificate.Make(_folder);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var host = await DrainHost.StartAsync(_folder, o => o.AuthorityPath = Path.Combine(_folder, "cert.pem"));
        await host.AddAsync($"ovh://:SeCrEt@127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        host.Write(0, 3);
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await using var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsServerAsync(certificate);
        var received = new List<byte>();
        while (received.Count(b => b == 0) < 3) received.Add((byte)stream.ReadByte());

        var messages = Encoding.UTF8.GetString([.. received]).Split('\0')[..3].Select(text => JsonDocument.Parse(text).RootElement).ToList();
        Assert.Equal(Enumerable.Range(0, 3).Select(i => $"line {i}: grün \"quoted\""), messages.Select(m => m.GetProperty("short_message").GetString()));
        Assert.All(messages, m => Assert.Equal(("1.1", "web-1", "SeCrEt"), (m.GetProperty("version").GetString(), m.GetProperty("_source").GetString(), m.GetProperty("_X-OVH-TOKEN").GetString())));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("10.201.0.5")]
    [InlineData("0.0.0.0")]
    public async Task Network_AddressInsideThePlatform_IsRefused(string host)
    {
        var network = new DrainNetwork(Options.Create(new LogDrainOptions()));

        var e = await Assert.ThrowsAsync<DrainException>(() => network.ConnectAsync(host, 9, ProtocolType.Tcp, TestContext.Current.CancellationToken));
        Assert.Contains("inside the platform", e.Message);
    }
}
