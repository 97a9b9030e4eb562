using Gantry.Agent.Runtime;
using Gantry.Tests;
using Xunit;

namespace Gantry.Conformance.Runtime;

/// <summary>What an app sees of its sandbox, its limits, and what it must not be able to do.</summary>
public abstract class SandboxSuite(RuntimeHost host)
{
    [Fact]
    public async Task Process_RunsAsAppUser_WithoutAnyPrivilege()
    {
        var (_, output) = await host.RunAsync("id -u; grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status; cat /proc/self/oom_score_adj; umask; ulimit -c");
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Matches(host.AppUser, lines[0]);
        var capabilities = lines.Where(l => l.StartsWith("Cap", StringComparison.Ordinal)).ToList();
        Assert.Equal(5, capabilities.Count);
        Assert.All(capabilities, l => Assert.EndsWith("0000000000000000", l));
        Assert.Contains("NoNewPrivs:\t1", lines);
        Assert.Contains("Seccomp:\t2", lines);
        Assert.Equal(["100", "0022", "0"], lines[^3..]);
    }

    [Fact]
    public async Task Container_HasItsNameEnvironmentAndDirectory()
    {
        var spec = host.Spec("hostname; pwd; echo $COLOUR; grep -c localhost /etc/hosts; ulimit -n");
        spec = spec with { Environment = new Dictionary<string, string>(spec.Environment) { ["COLOUR"] = "a \"b\" ü" } };
        var (_, output) = await host.RunAsync(spec);
        Assert.Matches("^web-1\n/app\na \"b\" ü\n[1-9]\n4096\n$", output);
    }

    [Fact]
    public async Task Stack_IsReadOnly_AppAndTmpAreWritable()
    {
        var (_, output) = await host.RunAsync(
            "touch /bin/x 2>&1; touch /etc/x 2>&1; echo changed > /app/greeting && cat /app/greeting; echo y > /tmp/y && cat /tmp/y", layer: true);
        Assert.Contains("touch: /bin/x: Read-only file system", output);
        Assert.Contains("touch: /etc/x: Read-only file system", output);
        Assert.EndsWith("changed\ny\n", output);
    }

    [Fact]
    public async Task Layer_ChangedByOneContainer_IsAsBeforeForTheNext()
    {
        await host.RunAsync("echo changed > /app/greeting; rm -rf /app/*", layer: true);
        var (_, output) = await host.RunAsync("cat /app/greeting", layer: true);
        Assert.Equal("hello\n", output);
    }

    [Fact]
    public async Task Scratch_ThatIsFull_SaysSoAndHarmsNobody()
    {
        var (status, output) = await host.RunAsync("dd if=/dev/zero of=/tmp/big bs=1M count=200 2>&1; dd if=/dev/zero of=/app/x bs=1M count=20 2>&1 || exit 9");
        Assert.Contains("No space left on device", output);
        Assert.Equal(9, status.ExitCode);
    }

    [Fact]
    public async Task OtherPlaces_AreBounded()
    {
        var (_, output) = await host.RunAsync("df -k /dev/shm /dev | tail -n +2 | while read fs size rest; do [ $size -le 65536 ] && echo bounded; done; touch /run/x 2>&1");
        Assert.Equal(2, output.Split("bounded").Length - 1);
    }

    [Fact]
    public async Task Memory_BeyondItsLimit_IsExplained()
    {
        var status = await host.EndAsync(host.Spec("head -c 200m /dev/zero | tail > /dev/null; exit $?"));
        Assert.True(status.OutOfMemory);
        Assert.NotEqual(0, status.ExitCode);
        Assert.Contains("reached the limit of 64 MB", status.ExitReason);
        Assert.Matches(@"\(process tail, resident [1-9]\d MB\), \d+ s after its start\. Make it use less memory, or give it a larger size\.$", status.ExitReason);
    }

    [Fact]
    public async Task Processes_BeyondTheirLimit_AreRefused()
    {
        var spec = host.Spec("i=0; while [ $i -lt 100 ]; do sleep 5 & i=$((i+1)); done 2>&1; kill $(jobs -p) 2>/dev/null");
        await host.Runtime.StartAsync(spec, RuntimeHost.Token);
        await host.OutputAsync(spec, "Resource temporarily unavailable");
        await host.Runtime.RemoveAsync(spec.Id, RuntimeHost.Token);
    }

    [Fact]
    public async Task Time_BeyondItsLimit_KillsAndSaysSo()
    {
        var spec = host.Spec("sleep 60");
        var status = await host.EndAsync(spec with { Limits = spec.Limits with { MaxRuntime = TimeSpan.FromMilliseconds(300) } });
        Assert.Equal(137, status.ExitCode);
        Assert.Contains("longer than its limit of 00:00:00.3", status.ExitReason);
    }

    [Fact]
    public async Task NewNamespaces_AreRefused()
    {
        var (_, output) = await host.RunAsync("unshare -U true 2>&1 && echo new user namespace; unshare -n true 2>&1 && echo new net; mount -t tmpfs x /tmp 2>&1 && echo mounted; true");
        Assert.DoesNotContain("new user namespace", output);
        Assert.DoesNotContain("new net", output);
        Assert.DoesNotContain("mounted", output);
        Assert.Contains("unshare", output);
    }

    [Fact]
    public async Task HostProcessesAndFiles_AreInvisible()
    {
        var (_, output) = await host.RunAsync("ls /proc | grep -c '^[0-9]'; ls -d /work /root /home 2>&1; cat /proc/kcore 2>&1 | head -c 1 | wc -c; dmesg 2>&1");
        Assert.True(int.Parse(output.Split('\n')[0]) < 10);
        Assert.Contains("/root: No such file", output);
    }

    [Fact]
    public async Task Limits_AreVisibleToRuntimesThatSizeTheirHeaps()
    {
        var (_, output) = await host.RunAsync("cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null; for f in /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max; do [ -e $f ] && echo 1 > $f && echo writable; done 2>/dev/null");
        Assert.Equal("67108864", output.Trim());
    }

    [Fact]
    public async Task Log_BeyondItsRate_IsCountedAndTheRestKept()
    {
        var spec = host.Spec("i=0; while [ $i -lt 500 ]; do echo line $i; i=$((i+1)); done; sleep 60");
        await host.Runtime.StartAsync(spec with { Limits = spec.Limits with { LogLinesPerMinute = 100 } }, RuntimeHost.Token);
        var output = await host.OutputAsync(spec, "line 99\n");
        Assert.DoesNotContain("line 400\n", output);
        await Until.TrueAsync(
            async () => (await host.Runtime.SampleAsync(RuntimeHost.Token)).Single(u => u.Id == spec.Id).LostLogLines == 400, "the sample counts what was lost");
        await host.Runtime.RemoveAsync(spec.Id, RuntimeHost.Token);
    }
}
