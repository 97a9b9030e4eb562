namespace Gantry.Conformance.Runtime;

/// <summary>A machine on the far side of the host, in a network namespace of the test: it answers and remembers who asked.</summary>
public sealed class OutsideWorld : IAsyncDisposable
{
    public const int Port = 7070;
    private readonly string _name;

    private OutsideWorld(string name) => _name = name;

    public string Address => "198.18.77.2";

    public string HostAddress => "198.18.77.1";

    public static async Task<OutsideWorld> CreateAsync(string host)
    {
        var world = new OutsideWorld($"w{host}");
        var n = world._name;
        try
        {
            await world.SetUpAsync(n);
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    private Task<string> SetUpAsync(string n) => RuntimeHost.ShellAsync(
            $"""
            set -e
            ip netns add {n}
            ip link add {n} type veth peer name eth0 netns {n}
            ip address add {HostAddress}/30 dev {n}
            ip link set {n} up
            ip -n {n} link set lo up
            ip -n {n} address add {Address}/30 dev eth0
            ip -n {n} link set eth0 up
            # Without a way back for foreign addresses, only a masqueraded sender gets an answer.
            (exec setsid ip netns exec {n} busybox nc -ll -p {Port} -e echo welcome </dev/null >/dev/null 2>&1 &)
            for i in $(seq 100); do ip netns exec {n} ss -ltn | grep -q ':{Port} ' && break; sleep 0.05; done
            ip netns exec {n} ss -ltn | grep -q ':{Port} '
            """);

    /// <summary>Address of the last sender, as conntrack-free evidence: who the neighbour table knows.</summary>
    public async Task<string> LastPeerAsync() => (await NeighboursAsync()).Split(' ')[0];

    public Task<string> NeighboursAsync() => RuntimeHost.ShellAsync($"ip -n {_name} neighbour show dev eth0");

    public async ValueTask DisposeAsync()
    {
        await RuntimeHost.ShellAsync($"ip netns pids {_name} | xargs -r kill; ip link del {_name}; ip netns del {_name} || true");
    }
}
