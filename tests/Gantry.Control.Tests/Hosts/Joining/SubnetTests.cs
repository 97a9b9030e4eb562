using Gantry.Conformance.Records;
using Gantry.Control.Hosts.Joining;
using Gantry.Domain.Hosts;
using Xunit;

namespace Gantry.Control.Tests.Hosts.Joining;

public sealed class SubnetTests
{
    [Theory]
    [InlineData("10.192.0.0/10", "", "10.192.0.0/20")]
    [InlineData("10.192.0.0/10", "10.192.0.0/20 10.192.32.0/20", "10.192.16.0/20")]
    [InlineData("10.201.0.0/16", "10.201.0.0/17", "10.201.128.0/20")]
    [InlineData("10.192.0.0/19", "10.192.0.0/20 !10.192.16.0/20", "10.192.16.0/20")]
    [InlineData("10.192.0.0/18", "10.192.0.0/20 !10.192.16.0/20", "10.192.32.0/20")]
    [InlineData("10.192.0.0/20", "", "10.192.0.0/20")]
    public void Subnet_OfANewHost_IsTheFirstThatNobodyHas(string network, string others, string expected) =>
        Assert.Equal(expected, Subnets.Free(network, Hosts(others)).Value);

    [Theory]
    [InlineData("10.192.0.0/20", "10.192.0.0/16", "All 1 subnets")]
    [InlineData("10.192.0.0/24", "", "no IPv4 network")]
    [InlineData("fd00::/10", "", "no IPv4 network")]
    [InlineData("", "", "no IPv4 network")]
    public void Subnet_WhereThereIsNone_IsRefusedWithWhatToDo(string network, string others, string says) =>
        Assert.Contains(says, Subnets.Free(network, Hosts(others)).Refusal!.Message);

    /// <summary>With an exclamation mark: of a host that was removed.</summary>
    private static IReadOnlyList<Host> Hosts(string subnets) =>
        [.. subnets.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((s, i) => Samples.Host($"host-{i}") with
        {
            Subnet = s.TrimStart('!'), RemovedAt = s[0] == '!' ? Samples.Now : null,
        })];
}
