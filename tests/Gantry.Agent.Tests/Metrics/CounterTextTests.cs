using Gantry.Agent.Metrics;

namespace Gantry.Agent.Tests.Metrics;

public sealed class CounterTextTests
{
    [Fact]
    public void Field_OfALongerName_IsNotTaken() => Assert.Equal(
        (7, 0), (CounterText.Field("total_swapcached 9\ntotal_swap 7\n"u8, "total_swap"u8), CounterText.Field("total_swapcached 9\n"u8, "total_swap"u8)));

    [Fact]
    public void BlockIo_OfAllDevices_IsSummed()
    {
        Assert.Equal(42, CounterText.SumAfter("8:0 Read 40\n8:0 Write 9\n8:16 Read 2\n8:16 Write 1\nTotal 52\n"u8, " Read "u8));
        Assert.Equal(11, CounterText.SumAfter("8:0 rbytes=1 wbytes=4 rios=5 wios=6\n7:1 rbytes=1 wbytes=7 rios=1 wios=1\n"u8, " wbytes="u8));
    }

    [Fact]
    public void Number_WithoutDigits_IsZero() => Assert.Equal((0, 0, 12), (CounterText.Number("max\n"u8), CounterText.Number(default), CounterText.Number("  12 x"u8)));

    [Fact]
    public void Namespace_OfAProcess_IsReadFromItsInterface()
    {
        using var reader = new NetworkReader(NetworkCounters.Namespace(Environment.ProcessId, "lo"));
        using (var listener = new System.Net.Sockets.UdpClient(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0)))
        {
            var before = reader.Read(new byte[65536]);
            listener.Send(new byte[10_000], (System.Net.IPEndPoint)listener.Client.LocalEndPoint!);
            var after = reader.Read(new byte[65536]);
            Assert.True(after.Received - before.Received >= 10_000 && after.Sent - before.Sent >= 10_000, $"{before} {after}");
        }
    }
}
