using System.Diagnostics;
using System.Globalization;
using Gantry.Agent.Runtime;
using Xunit;

namespace Gantry.Conformance.Runtime;

/// <summary>Rates of block IO. A limited transfer cannot be quicker than its rate allows, whatever else the machine does.</summary>
public abstract class DiskRateSuite(RuntimeHost host)
{
    private const int MiB = 1 << 20;

    [Theory]
    [InlineData("dd if=/dev/zero of=/tmp/f bs=1M count=12 conv=fsync")]
    [InlineData("dd if=/dev/zero of=/app/f bs=1M count=12 oflag=direct")]
    public async Task Write_AboveTheBytesOfItsRate_TakesItsTime(string write) =>
        Assert.InRange(await MillisecondsAsync("", write, bytes: 4 * MiB), 12_000 / 4 * 8 / 10, int.MaxValue);

    /// <summary>What the kernel writes later, in the name of no container, is the container's all the same.</summary>
    [Fact]
    public async Task Write_LeftToTheKernel_KeepsTheRate()
    {
        var spec = host.Spec("dd if=/dev/zero of=/tmp/f bs=1M count=12 2>/dev/null; echo written; exec sleep 60");
        await host.Runtime.StartAsync(spec with { Limits = spec.Limits with { DiskBytesPerSecond = 4 * MiB } }, RuntimeHost.Token);
        await host.OutputAsync(spec, "written");
        var folder = await host.Runtime.HostPathAsync(spec.Id, "/tmp", RuntimeHost.Token);
        var watch = Stopwatch.StartNew();

        await RuntimeHost.ShellAsync($"sync -f {folder}/f");

        Assert.InRange(watch.ElapsedMilliseconds, 2_400, int.MaxValue);
        await host.Runtime.RemoveAsync(spec.Id, RuntimeHost.Token);
    }

    [Fact]
    public async Task Write_AboveTheOperationsOfItsRate_TakesItsTime() =>
        Assert.InRange(await MillisecondsAsync("", "dd if=/dev/zero of=/tmp/f bs=4k count=150 oflag=direct", operations: 50), 150_000 / 50 * 8 / 10, int.MaxValue);

    [Theory]
    [InlineData("dd if=/tmp/f of=/dev/null bs=1M iflag=direct", 2 * MiB, null)]
    [InlineData("dd if=/tmp/f of=/dev/null bs=4k count=150 iflag=direct", null, 50)]
    public async Task Read_AboveItsRate_TakesItsTime(string read, int? bytes, int? operations) =>
        Assert.InRange(await MillisecondsAsync("dd if=/dev/zero of=/tmp/f bs=1M count=6 conv=fsync 2>/dev/null", read, bytes, operations), 2_400, int.MaxValue);

    /// <summary>A rate stays with nobody: the loop device of a container that is gone may become anybody's.</summary>
    [Fact]
    public async Task Remove_LimitedContainer_LeavesNoLimitBehind()
    {
        var before = await LimitsAsync();

        await MillisecondsAsync("", "true", 4 * MiB, 50);

        Assert.Equal(before, await LimitsAsync());
    }

    private static Task<string> LimitsAsync() => RuntimeHost.ShellAsync("cat /sys/fs/cgroup/blkio/blkio.throttle.write_*_device 2>/dev/null || true");

    private async Task<int> MillisecondsAsync(string before, string script, int? bytes = null, int? operations = null)
    {
        var spec = host.Spec($"{before}\nset -- $(cat /proc/uptime); echo $1; {script} 2>/tmp/error || cat /tmp/error; set -- $(cat /proc/uptime); echo $1");
        var (_, output) = await host.RunAsync(spec with { Limits = spec.Limits with { DiskBytesPerSecond = bytes, DiskOperationsPerSecond = operations } });
        var times = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => double.Parse(l, CultureInfo.InvariantCulture)).ToList();
        return (int)((times[1] - times[0]) * 1000);
    }
}
