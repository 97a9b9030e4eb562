using System.Text.Json.Nodes;
using Gantry.EndToEnd.Tests.Platform;

namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>What faults are done to: one or several control processes, their engines, and hosts that joined.</summary>
public abstract class FaultTarget : IAsyncDisposable
{
    /// <summary>Of control processes, each with a router and the API.</summary>
    public abstract int Processes { get; }

    /// <summary>For so long after a change a router may still use what was before it: Control leaves that in peace meanwhile.</summary>
    public TimeSpan RouterGrace => Processes > 1 ? TimeSpan.FromSeconds(1) : TimeSpan.Zero;

    public abstract int Hosts { get; }

    /// <summary>Kinds of faults that it knows, beside what <see cref="FaultSchedule"/> would draw.</summary>
    public abstract bool Knows(FaultKind kind);

    /// <summary>Of its processes, hosts and network: what kernel objects are named after.</summary>
    public abstract string Name { get; }

    /// <summary>Names of what its control processes have in the kernel, as an expression of <c>grep -E</c>.</summary>
    public abstract string Instances { get; }

    /// <summary>A folder that goes with it.</summary>
    public abstract string Root { get; }

    public abstract string Token { get; }

    public abstract string CliPath { get; }

    public abstract Uri Edge(int process);

    public abstract Uri Api(int process);

    public abstract string IdOf(int host);

    public abstract string AddressOf(int host);

    /// <summary>What belongs to a host on the machine's disk.</summary>
    public abstract string FolderOf(int host);

    public abstract string LogOf(int process);

    public abstract Task InitializeAsync();

    public abstract ValueTask DisposeAsync();

    /// <summary>One of the words of <c>eng/cluster</c>.</summary>
    public abstract Task WordAsync(params string[] words);

    /// <summary>Asked of one process.</summary>
    public abstract Task<IReadOnlyList<JsonNode>> HostsAsync(int process);

    /// <summary>The process that leads.</summary>
    public abstract Task<int> LeaderAsync();

    public abstract Task SignalControlAsync(int process, string signal);

    /// <summary>Killed, and everything of it has ended.</summary>
    public abstract Task KillControlAsync(int process);

    /// <summary>Returns when it answers.</summary>
    public abstract Task StartControlAsync(int process);

    public abstract bool HasControl(int process);

    public Dictionary<string, string> ClientEnvironment(int process) =>
        new() { ["HOME"] = Root, ["GANTRY_URL"] = Api(process).ToString().TrimEnd('/'), ["GANTRY_API_TOKEN"] = Token, ["NO_COLOR"] = "1" };

    public Task<ShellResult> CliAsync(int process, params string[] arguments) => Shell.RunAsync(CliPath, arguments, ClientEnvironment(process));

    /// <summary>True while the process of the agent is there.</summary>
    public bool HasAgent(int host) => IsThere($"/run/{Name}/{host}/agent.pid");

    protected static bool IsThere(string pidFile)
    {
        try
        {
            return HasProcess(File.ReadAllText(pidFile).Trim());
        }
        catch (IOException)
        {
            // It has no power.
            return false;
        }
    }

    /// <summary>What has ended may wait for its parent for long: then it has no command line any more.</summary>
    public static bool HasProcess(string id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Length > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
