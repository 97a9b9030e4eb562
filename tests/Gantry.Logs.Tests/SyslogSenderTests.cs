using System.Diagnostics;
using Gantry.Logs.Tests.Support;

namespace Gantry.Logs.Tests;

/// <summary>Real programs that send.</summary>
public sealed class SyslogSenderTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly Kept _kept;

    public SyslogSenderTests() => _kept = new Kept(_scratch);

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("--rfc3164")]
    [InlineData("--rfc3164 --octet-count")]
    [InlineData("--rfc5424")]
    [InlineData("--rfc5424 --octet-count")]
    public async Task Logger_OverTcp_IsKept(string options)
    {
        await using var host = await SyslogHost.StartAsync(_scratch);
        var tag = host.Register("postgresql");
        Shell.Run($"seq -f 'line %g: grün' 1 500 | logger --server 127.0.0.1 --port {host.Listener.PlainEndpoint!.Port} --tcp --tag {tag} {options}");

        await Until.TrueAsync(async () => (await _kept.Tail(1000)).Count == 500, "all are kept");
        Assert.Equal(Enumerable.Range(1, 500).Select(i => $"line {i}: grün"), (await _kept.Tail(1000)).Select(line => line.Text));
    }

    [Fact]
    public async Task Rsyslog_OverTls_IsKeptAcrossARestartOfTheListener()
    {
        var host = await SyslogHost.StartAsync(_scratch);
        var tag = host.Register("mysql");
        await File.WriteAllTextAsync(_scratch.Path("rsyslog.conf"),
            $$"""
            global(workDirectory="{{_scratch.Root}}" defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="{{host.Listener.AuthorityPath}}")
            module(load="imuxsock" SysSock.Use="off")
            input(type="imuxsock" Socket="{{_scratch.Path("log.sock")}}" RateLimit.Interval="0")
            template(name="tagged" type="string" string="<%PRI%>1 %TIMESTAMP:::date-rfc3339% %HOSTNAME% {{tag}} %PROCID% - - %msg:2:$%")
            action(type="omfwd" target="127.0.0.1" port="{{host.Listener.SecureEndpoint.Port}}" protocol="tcp" TCP_Framing="octet-counted" template="tagged"
                   StreamDriver="ossl" StreamDriverMode="1" StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="localhost"
                   queue.type="linkedList" queue.size="50000" action.resumeRetryCount="-1" action.resumeInterval="1")
            """, TestContext.Current.CancellationToken);
        using var rsyslog = Process.Start(new ProcessStartInfo("rsyslogd", ["-n", "-f", _scratch.Path("rsyslog.conf"), "-i", _scratch.Path("rsyslog.pid")]))!;
        try
        {
            await Until.TrueAsync(() => File.Exists(_scratch.Path("log.sock")), "rsyslog listens");
            Shell.Run($"seq -w 1 1000 | logger --socket {_scratch.Path("log.sock")} --tag any");
            await Until.TrueAsync(async () => (await _kept.Tail(2000)).Count == 1000, "the first thousand is kept");
            await host.DisposeAsync();
            host = await SyslogHost.StartAsync(_scratch);
            await Until.TrueAsync(async () =>
            {
                // What it wrote into the connection that was cut is lost; rsyslog notices then, and not before.
                Shell.Run($"logger --socket {_scratch.Path("log.sock")} --tag any again");
                return (await _kept.Tail(1))[0].Text == "again";
            }, "it goes on");

            Assert.Equal(Enumerable.Range(1, 1000), (await _kept.Tail(5000)).Take(1000).Select(line => int.Parse(line.Text)));
        }
        finally
        {
            rsyslog.Kill();
            await rsyslog.WaitForExitAsync(TestContext.Current.CancellationToken);
            await host.DisposeAsync();
        }
    }
}
