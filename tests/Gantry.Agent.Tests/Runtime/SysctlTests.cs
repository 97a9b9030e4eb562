using Gantry.Supervisor.Hosts;

namespace Gantry.Agent.Tests.Runtime;

public sealed class SysctlTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sysctl").FullName;

    [Fact]
    public void Settings_OfTwoInstances_ArePutBackWhenTheLastOneLeaves()
    {
        Write("net/ipv4/ip_forward", "0\n");
        Write("fs/file-max", "2466160\n");
        var (first, second) = (Of("first"), Of("second"));
        first.Apply();
        second.Apply();
        // After a restart of its supervisor.
        first.Apply();
        Assert.Equal(("1", "9223372036854775807"), (Read("net/ipv4/ip_forward"), Read("fs/file-max")));
        first.Restore();
        Assert.Equal(("1", "9223372036854775807"), (Read("net/ipv4/ip_forward"), Read("fs/file-max")));
        second.Restore();
        Assert.Equal(("0", "2466160"), (Read("net/ipv4/ip_forward"), Read("fs/file-max")));
        Assert.False(Directory.Exists(Path.Combine(_root, "records")));
        second.Restore();
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private Sysctls Of(string instance) => new(instance, Path.Combine(_root, "records"), _root);

    private string Read(string name) => File.ReadAllText(Path.Combine(_root, name));

    private void Write(string name, string value)
    {
        var path = Path.Combine(_root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, value);
    }
}
