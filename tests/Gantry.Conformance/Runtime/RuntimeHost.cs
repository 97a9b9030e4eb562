using System.Diagnostics;
using Gantry.Agent.Logs;
using Gantry.Agent.Runtime;
using Gantry.Domain;
using Gantry.Tests;
using Xunit;
using Xunit.Sdk;

namespace Gantry.Conformance.Runtime;

/// <summary>
/// A host with one runtime, for the suites of <see cref="IContainerRuntime"/>. An adapter's test project derives one,
/// with a stack that has busybox, and a layer that has the file <c>greeting</c> with <c>hello</c>.
/// </summary>
public abstract class RuntimeHost
{
    private const long MiB = 1 << 20;
    private const string Sentinel = "--that was all--\n";
    private int _number;

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public abstract IContainerRuntime Runtime { get; }

    /// <summary>A folder of the tests.</summary>
    public abstract string Directory { get; }

    /// <summary>Names what the host has once.</summary>
    public abstract string Name { get; }

    /// <summary>Pattern of the user id that an app sees of itself.</summary>
    public virtual string AppUser => "^1000$";

    public abstract Digest Stack { get; }

    public abstract Digest Layer { get; }

    protected abstract string LogsDirectory { get; }

    /// <summary>What a new gantryd is after its predecessor was killed.</summary>
    public abstract Task ReplaceAgentAsync();

    /// <summary>Counts of all that containers take of the host, as text: what is gone is not in it.</summary>
    public abstract Task<string> SnapshotAsync();

    /// <summary>The same once the host has nothing left to do.</summary>
    public virtual Task<string> SettledAsync() => SnapshotAsync();

    public ContainerSpec Spec(string script, bool layer = false) => new()
    {
        Id = new ContainerId($"c-{Environment.ProcessId}-{Interlocked.Increment(ref _number)}"),
        Stack = Stack,
        Layer = layer ? Layer : null,
        Command = ["/bin/sh", "-c", script],
        Environment = new Dictionary<string, string> { ["PATH"] = "/bin", ["HOME"] = "/app" },
        Hostname = "web-1",
        Limits = new ContainerLimits(64 * MiB, 0, 512, 64, 64 * MiB, 4096),
        Log = new LogSource(new AppId("ap-test"), "web-1"),
    };

    public Task<(ContainerStatus Status, string Output)> RunAsync(string script, bool layer = false) => RunAsync(Spec(script, layer));

    /// <summary>Runs a script to its end in a container of its own, and waits until all it wrote is in the log.</summary>
    public async Task<(ContainerStatus Status, string Output)> RunAsync(ContainerSpec spec)
    {
        // Some runtimes deliver the last words after the end, so there is a last one to wait for.
        var whole = spec with { Command = ["/bin/sh", "-c", $"/bin/sh -c \"$0\"; code=$?; echo '{Sentinel.Trim()}'; exit $code", spec.Command[^1]] };
        await Runtime.StartAsync(whole, Token);
        try
        {
            var status = await Runtime.WaitAsync(spec.Id, Token).WaitAsync(Until.Limit);
            var output = await OutputAsync(spec, o => o.EndsWith(Sentinel, StringComparison.Ordinal));
            return (status, output[..^Sentinel.Length]);
        }
        finally
        {
            await Runtime.RemoveAsync(spec.Id, CancellationToken.None);
        }
    }

    /// <summary>Runs a container to its end, whatever becomes of what it writes.</summary>
    public async Task<ContainerStatus> EndAsync(ContainerSpec spec)
    {
        await Runtime.StartAsync(spec, Token);
        try
        {
            return await Runtime.WaitAsync(spec.Id, Token).WaitAsync(Until.Limit);
        }
        finally
        {
            await Runtime.RemoveAsync(spec.Id, CancellationToken.None);
        }
    }

    /// <summary>All that a container wrote, as the host's log keeps it, once it is what the test waits for.</summary>
    public async Task<string> OutputAsync(ContainerSpec spec, Func<string, bool> isThere)
    {
        var output = "";
        try
        {
            await Until.TrueAsync(() => isThere(output = Output(spec)), "The log never had what was expected.");
        }
        catch (XunitException e)
        {
            throw new XunitException($"{e.Message} It has: {output}");
        }

        return output;
    }

    public Task<string> OutputAsync(ContainerSpec spec, string part) => OutputAsync(spec, o => o.Contains(part, StringComparison.Ordinal));

    /// <summary>What the host's log keeps by now.</summary>
    public string Output(ContainerSpec spec)
    {
        var spool = AppLogPaths.Spool(LogsDirectory, spec.Log.AppId, spec.Log.Name, spec.Id);
        return System.IO.Directory.Exists(spool) ? string.Concat(System.IO.Directory.GetFiles(spool, "*.log").Order().Select(File.ReadAllText)) : "";
    }

    public static async Task<string> ShellAsync(string script)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{script}\n{output}\n{await error}");
    }
}
