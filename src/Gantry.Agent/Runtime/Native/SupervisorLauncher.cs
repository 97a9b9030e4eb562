using System.Diagnostics;
using System.Text.Json;
using Gantry.Linux.Supervision;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Runtime.Native;

/// <summary>Starts the supervisor so that it outlives this process: own session, own mount namespace.</summary>
internal sealed class SupervisorLauncher(IOptions<AgentOptions> options)
{
    private readonly Lazy<SupervisorOptions> _settings = new(() => SupervisorSettings.From(options.Value));

    public SupervisorOptions Settings => _settings.Value;

    private string LogFile => Path.Combine(Settings.RunDirectory, "supervisor.log");

    public async Task LaunchAsync(CancellationToken token)
    {
        Directory.CreateDirectory(Settings.RunDirectory);
        var file = Path.Combine(Settings.RunDirectory, "supervisor.json");
        await File.WriteAllBytesAsync(file, JsonSerializer.SerializeToUtf8Bytes(Settings, MessagesJson.Default.SupervisorOptions), token);
        // Its descriptors must not be ours: whoever waits for the end of our output would wait for the supervisor.
        string[] arguments =
        [
            "-c", "log=$1; shift; exec setsid --fork unshare --mount --propagation slave -- \"$@\" </dev/null >>\"$log\" 2>&1", "sh",
            LogFile, options.Value.SupervisorPath, file,
        ];
        using var process = Process.Start("/bin/sh", arguments);
        await process.WaitForExitAsync(token);
    }

    /// <summary>Last words of a supervisor that did not come up.</summary>
    public string Complaint() => File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(5)) : "it wrote nothing";
}
